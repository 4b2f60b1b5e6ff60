// An inference workload of `hourglass-cli bench` in ONNX Runtime, from the model and batch that `bench --save` wrote.
// Prints one JSON object: the rate, and the mean square of the output; or {"unavailable": why} when there is no
// onnxruntime-node in --modules.
//
//   node onnx_runtime_peer.mjs --modules DIR --model FILE.onnx --start FILE.safetensors [--seconds S] [--threads T]

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

function readBatch(path) {
    const data = readFileSync(path);
    const start = 8 + Number(data.readBigUInt64LE(0));
    const { dtype, shape, data_offsets: offsets } = JSON.parse(data.toString("utf8", 8, start)).batch;
    if (dtype !== "F32") throw new Error(`${path}: the batch is ${dtype}, expected F32`);
    const bytes = Uint8Array.from(data.subarray(start + offsets[0], start + offsets[1])); // a copy, and so aligned
    return { values: new Float32Array(bytes.buffer), shape };
}

function loadRuntime(modules) {
    try {
        return { runtime: createRequire(resolve(modules, "package.json"))("onnxruntime-node") };
    } catch (error) {
        return { unavailable: error.message.split("\n")[0] };
    }
}

async function measure(runtime, options) {
    const session = await runtime.InferenceSession.create(options.model, {
        executionProviders: ["cpu"],
        graphOptimizationLevel: "all",
        intraOpNumThreads: Number(options.threads),
        interOpNumThreads: 1,
    });
    const { values, shape } = readBatch(options.start);
    const feeds = { input: new runtime.Tensor("float32", values, shape) };
    const run = async () => (await session.run(feeds)).reconstruction;

    const output = (await run()).data; // warms up
    const meanSquare = output.reduce((sum, value) => sum + value * value, 0) / output.length;
    const begin = performance.now();
    let elapsed = 0;
    let steps = 0;
    for (; elapsed < Number(options.seconds); elapsed = (performance.now() - begin) / 1000) {
        await run();
        ++steps;
    }
    return {
        pixels_per_second: (steps * values.length) / elapsed,
        check_loss: meanSquare,
        steps,
        threads: Number(options.threads),
        version: runtime.env.versions.node,
    };
}

const { values: options } = parseArgs({
    options: {
        modules: { type: "string" },
        model: { type: "string" },
        start: { type: "string" },
        seconds: { type: "string", default: "3" },
        threads: { type: "string", default: String(availableParallelism()) },
    },
});
const { runtime, unavailable } = loadRuntime(options.modules);
try {
    const result = runtime ? await measure(runtime, options) : { unavailable };
    console.log(JSON.stringify(result));
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
}

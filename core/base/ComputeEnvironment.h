#pragma once

// libgomp reads its settings once, before main. Its default, to spin at every barrier for milliseconds, is right for a
// machine that does nothing else: with a window to draw or another program at work, two spinning threads take turns on
// one core and training becomes a hundred times slower. So the program starts itself again with a short spin, unless
// the person has set OMP_WAIT_POLICY or GOMP_SPINCOUNT. Call it first in main; returns when all is as it should be.

namespace hourglass {

void ensureComputeEnvironment(char** argv);

} // namespace hourglass

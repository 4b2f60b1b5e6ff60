#include <exiv2/exiv2.hpp>         // breaks: exiv2
#include <google/protobuf/arena.h> // breaks: onnx
#include <onnx/onnx_pb.h>          // breaks: onnx
#include <spdlog/spdlog.h>         // breaks: app
#include <zip.h>                   // breaks: libzip
#include <zlib.h>                  // breaks: zlib

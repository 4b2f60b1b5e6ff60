#include "core/data/ImageCodec.h"
#include "core/noise/NoiseModel.h"

#include "core/data/Picture.h"
#include <opencv2/core.hpp>
#include <zlib.h>

#include "core/analysis/Numbers.h"
#include <opencv2/core.hpp> // breaks: opencv

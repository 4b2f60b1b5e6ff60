#include "Error.h"           // breaks: quotes
#include "vector"            // breaks: quotes
#include <core/base/Error.h> // breaks: quotes

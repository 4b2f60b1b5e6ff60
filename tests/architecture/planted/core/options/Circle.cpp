#include "core/tensor/Shape.h" // breaks: arrow

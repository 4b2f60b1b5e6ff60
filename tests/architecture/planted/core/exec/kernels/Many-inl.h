// Included once per target on purpose: needs no #pragma once.
#include <hwy/highway.h>

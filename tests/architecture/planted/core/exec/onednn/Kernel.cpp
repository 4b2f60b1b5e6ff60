#include <dnnl.hpp>
#include <hwy/highway.h> // breaks: highway

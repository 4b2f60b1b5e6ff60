#include <oneapi/dnnl/dnnl.hpp> // breaks: dnnl

#include <omp.h> // breaks: openmp

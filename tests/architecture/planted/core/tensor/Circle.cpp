#include "core/options/Table.h" // breaks: arrow cycle

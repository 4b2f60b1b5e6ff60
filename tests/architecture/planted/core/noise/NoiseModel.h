#pragma once
#include "core/data/Batcher.h" // breaks: arrow

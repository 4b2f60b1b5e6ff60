#pragma once

// Widgets know nothing of the bridge but how core's sentences are translated.

#include "ui/bridge/CoreText.h"

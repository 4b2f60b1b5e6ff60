#include "core/training/Trainer.h" // breaks: arrow
#include "ui/MainWindow.h"         // breaks: arrow

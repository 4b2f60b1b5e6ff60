#include "ui/MainWindow.h" // breaks: arrow
#include <CLI/CLI.hpp>
#include <QString> // breaks: qt

#include "core/training/Trainer.h"
#include <QWidget> // breaks: bridge
#include <QtCore/QObject>
#include <QtGui/QImage> // breaks: bridge

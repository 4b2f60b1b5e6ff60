#include <QObject>        // breaks: qt
#include <QtCore/QString> // breaks: qt

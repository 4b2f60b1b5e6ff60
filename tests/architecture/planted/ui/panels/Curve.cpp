#include "app/cli/Command.h" // breaks: arrow
#include <QLineSeries>       // breaks: charts
#include <QWidget>
#include <QtCharts/QChartView> // breaks: charts

#include "ui/panels/Curve.h" // breaks: arrow
#include <QtCharts/QChartView>

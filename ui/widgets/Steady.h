#pragma once

// A control that the wheel scrolls past, together with what is around it: it changes a value only in the control that
// has the focus, which the wheel itself does not give.

#include <QWheelEvent>

namespace hourglass {

template <typename Control>
class Steady : public Control {
public:
    template <typename... Arguments>
    explicit Steady(Arguments... arguments) : Control(arguments...) {
        this->setFocusPolicy(Qt::StrongFocus);
    }

protected:
    void wheelEvent(QWheelEvent* event) override {
        if (this->hasFocus())
            Control::wheelEvent(event);
        else
            event->ignore();
    }
};

} // namespace hourglass

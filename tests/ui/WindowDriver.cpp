#include "tests/ui/WindowDriver.h"

#include "core/base/Random.h"
#include "core/data/BuiltinSources.h"
#include "core/data/ImageCodec.h"
#include "ui/DropRouter.h"
#include "ui/panels/MessageBar.h"

namespace hourglass::test {

void WindowDriver::open() {
    m_settings = std::make_unique<Settings>(toText(m_folder / "settings.ini"));
    m_log = std::make_unique<LogModel>();
    m_compute = std::make_unique<ComputeThread>();
    m_bench = std::make_unique<Workbench>(*m_compute, *m_settings, RunStore(m_folder / "application/runs"));
    m_window = std::make_unique<MainWindow>(*m_bench, *m_log);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void WindowDriver::close() {
    if (m_window != nullptr)
        m_window->close();
    kill();
}

void WindowDriver::kill() {
    m_window.reset();
    m_bench.reset();
    m_compute.reset();
    m_log.reset();
    m_settings.reset();
}

QWidget* WindowDriver::findWidget(const QString& name, const QMetaObject& type, bool isRequired) const {
    for (QWidget* widget : m_window->findChildren<QWidget*>())
        if (widget->accessibleName() == name && widget->isVisible() && type.cast(widget) != nullptr)
            return widget;
    if (isRequired)
        qFatal("There is no visible %s called '%s'.", type.className(), qPrintable(name));
    return nullptr;
}

QWindow* WindowDriver::target() const {
    for (const QWidget* widget : QApplication::topLevelWidgets())
        if (widget->isVisible() && qobject_cast<const QDialog*>(widget) != nullptr)
            return widget->windowHandle();
    return m_window->windowHandle();
}

void WindowDriver::key(int key, Qt::KeyboardModifiers modifiers) {
    if (QWindow* window = target(); !window->isActive()) { // a window manager does this when a dialog goes
        window->requestActivate();
        QVERIFY(QTest::qWaitForWindowActive(window));
    }
    QTest::keyClick(target(), static_cast<Qt::Key>(key), modifiers);
}

void WindowDriver::type(const QString& text) {
    for (const QChar c : text)
        QTest::keyClick(target(), c.toLatin1());
}

void WindowDriver::click(QWidget* widget, QPoint offset) {
    const QPoint place = offset.isNull() ? widget->rect().center() : offset;
    QTest::mouseClick(widget->window()->windowHandle(), Qt::LeftButton, {}, widget->mapTo(widget->window(), place));
}

void WindowDriver::wheel(QWidget* widget, int eighths) {
    const QPointF place = widget->mapTo(widget->window(), QPointF(widget->rect().center()));
    QWheelEvent event(place, widget->window()->mapToGlobal(place), {}, {0, eighths}, Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QSpontaneKeyEvent::setSpontaneous(&event); // or what one widget ignores would not come to the one around it
    QCoreApplication::instance()->notify(widget->window()->windowHandle(), &event);
}

bool WindowDriver::drop(const QList<QUrl>& urls, QPointF place) {
    QMimeData carried;
    carried.setUrls(urls);
    return drop(carried, place);
}

void WindowDriver::paste(std::unique_ptr<QMimeData> carried) {
    QApplication::clipboard()->setMimeData(carried.release());
    key(Qt::Key_V, Qt::ControlModifier);
    QVERIFY(waitForRouter());
}

void WindowDriver::openPaths(const std::vector<std::filesystem::path>& paths) {
    m_window->open(paths);
    QVERIFY(waitForRouter());
}

bool WindowDriver::drop(const QMimeData& carried, QPointF place) {
    return carry(carried, place) && waitForRouter();
}

bool WindowDriver::letFall(const std::vector<std::filesystem::path>& paths, QPointF place) {
    QMimeData carried;
    carried.setUrls(urlsOf(paths));
    return carry(carried, place);
}

bool WindowDriver::carry(const QMimeData& carried, QPointF place) {
    const auto send = [&]<typename Event>(std::type_identity<Event>, QPointF where) {
        const auto at = [&] {
            if constexpr (std::is_same_v<Event, QDropEvent>)
                return where;
            else
                return where.toPoint();
        }();
        Event event(at, Qt::CopyAction, &carried, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window->windowHandle(), &event);
        return event.isAccepted();
    };
    return send(std::type_identity<QDragEnterEvent>{}, {5, 5}) && send(std::type_identity<QDragMoveEvent>{}, place) &&
           send(std::type_identity<QDropEvent>{}, place);
}

// Disks are looked at and pictures read elsewhere: a person sees what comes of it a moment later.
bool WindowDriver::waitForRouter() {
    const auto* router = m_window->findChild<DropRouter*>();
    return QTest::qWaitFor([&] { return !router->isBusy(); }, kPatience);
}

QString WindowDriver::message() const {
    const auto* bar = m_window->findChild<MessageBar*>();
    return bar->isVisible() ? bar->text() + QLatin1Char('\n') + bar->details() : QString();
}

void useSmall(WindowDriver& driver, const std::vector<std::pair<std::string, Json>>& more) {
    ExperimentDocument& document = driver.bench().document();
    document.set("data.limit", 200).value();
    document.set("model.layers", {16}).value();
    for (const auto& [key, value] : more)
        document.set(key, value).value();
    QTRY_VERIFY_WITH_TIMEOUT(document.model() != nullptr && !driver.bench().preflight().isBusy(), kPatience);
}

bool isIdle(WindowDriver& driver) {
    return !driver.bench().controller().isActive();
}

QList<QUrl> urlsOf(const std::vector<std::filesystem::path>& paths) {
    QList<QUrl> urls;
    for (const std::filesystem::path& path : paths)
        urls << QUrl::fromLocalFile(toText(path));
    return urls;
}

void writePhotographs(const std::filesystem::path& folder, int count) {
    std::filesystem::create_directories(folder);
    std::vector<Tensor> photographs;
    for (const EmbeddedFile& file : embeddedPhotos())
        photographs.push_back(
            decodeImage(std::as_bytes(std::span(file.content)), std::string(file.name)).value().pixels);
    const RandomStream stream(2026);
    const auto draw = [&](uint64_t i, int64_t low, int64_t high) {
        return low + static_cast<int64_t>(stream.uniform(i) * static_cast<float>(high - low));
    };
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<uint64_t>(i) * 8;
        const Tensor& from = photographs[static_cast<size_t>(i) % photographs.size()];
        const int64_t channels = from.shape()[0], height = draw(at, 80, 200), width = draw(at + 1, 80, 200);
        const int64_t top = draw(at + 2, 0, from.shape()[1] - height), left = draw(at + 3, 0, from.shape()[2] - width);
        Tensor crop({channels, height, width});
        for (int64_t c = 0; c < channels; ++c)
            for (int64_t y = 0; y < height; ++y)
                std::copy_n(from.data() + (c * from.shape()[1] + top + y) * from.shape()[2] + left, width,
                            crop.data() + (c * height + y) * width);
        const std::string name = fmt::format("photograph {:02}.{}", i, i % 2 == 0 ? "png" : "jpg");
        encodeImage(folder / name, crop).value();
    }
}

} // namespace hourglass::test

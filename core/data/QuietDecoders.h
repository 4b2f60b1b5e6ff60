#pragma once

// While one of these lives, what is written to standard error is dropped: libjpeg, libpng and OpenCV's imdecode write
// their complaints straight to it, with no hook that OpenCV would let us set, and our own errors say what matters. The
// whole process is concerned, so it is held only around one decoder call. Any thread; nests. Does nothing under
// sanitizers, whose reports go there.

namespace hourglass {

class QuietDecoders {
public:
    QuietDecoders();
    ~QuietDecoders();
    QuietDecoders(const QuietDecoders&) = delete;
    QuietDecoders& operator=(const QuietDecoders&) = delete;
};

} // namespace hourglass

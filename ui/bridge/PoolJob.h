#pragma once

// The one way in which the window has something done on the pool of threads: reading, converting, measuring, whatever
// takes longer than a frame and runs no Programs (those are the ComputeThread's).

#include <QtCore/QThreadPool>

#include <functional>
#include <string>

#include "core/base/Guarded.h"
#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

// A pool of our own. Qt paints with the help of its global one: a frame whose pixels queue there behind the decoding of
// a photograph keeps the window waiting for all of it. For the same reason nothing long in here may call what Qt itself
// hands to that pool in one piece (converting or scaling a large QImage).
QThreadPool& workPool();
// Another one for work of many seconds that nobody's picture waits behind: its threads give way to everything else,
// training included.
QThreadPool& quietPool();

// Runs `work`, which throws nothing, on a thread of the pool. What comes back goes by a ReplyChannel.
void startInPool(QThreadPool& pool, std::function<void()> work);

// Runs `work` on a thread of the pool; `then` gets its Result on the thread of the channel's object, unless that is
// gone. What work throws arrives as an Error, too, that names what it was `doing` ("opening 'x.png'").
template <typename Work, typename Then>
void runInPool(const ReplyChannel& replies, std::string doing, Work work, Then then, QThreadPool& pool = workPool()) {
    startInPool(pool,
                [doing = std::move(doing), work = std::move(work), then = std::move(then), reply = replies.sender()] {
                    using Answer = typename GuardedResult<decltype(work())>::Type;
                    auto answer = std::make_shared<Answer>(guarded(doing, work)); // what is queued is copied
                    reply([answer, then] { then(std::move(*answer)); });
                });
}

} // namespace hourglass

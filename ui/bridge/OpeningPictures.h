#pragma once

// Pictures that are being read, any number at once, each by the number of its request. The last one asked for that can
// be read stays: what was asked for before it and comes after it is out of date, and what cannot be read takes nothing
// away.

#include <QtCore/QString>

#include <map>

#include "ui/bridge/ReplyChannel.h"

namespace hourglass {

class OpeningPictures {
public:
    // False when one that was asked for later is there already: then it need not be read.
    bool begins(int request, const QString& name) {
        const bool isWanted = request >= m_latest.taken();
        if (isWanted)
            m_names[request] = name;
        return isWanted;
    }
    // It has been read; false when it is out of date.
    bool arrives(int request) {
        m_names.erase(request);
        return m_latest.takes(request);
    }
    void fails(int request) { m_names.erase(request); }

    // The last one that is still to come; empty when none is.
    QString name() const {
        const bool isAny = !m_names.empty() && m_names.rbegin()->first >= m_latest.taken();
        return isAny ? m_names.rbegin()->second : QString();
    }

private:
    std::map<int, QString> m_names;
    LatestReply m_latest;
};

} // namespace hourglass

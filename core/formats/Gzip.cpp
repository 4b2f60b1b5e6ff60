#include "core/formats/Gzip.h"

#include <algorithm>
#include <vector>

#include <zlib.h>

namespace hourglass {

namespace {

constexpr size_t kChunk = size_t{1} << 18;
constexpr uint64_t kBestRatio = 1032; // one deflate length code, 258 bytes, in two bits

class GzipStream : public ByteStream {
public:
    explicit GzipStream(InputFile file)
        : ByteStream(fmt::format("'{}'", file.path().string())), m_file(std::move(file)), m_chunk(kChunk) {
        m_ready = inflateInit2(&m_state, 15 + 16) == Z_OK;
    }
    ~GzipStream() override {
        if (m_ready)
            inflateEnd(&m_state);
    }

    Result<void> read(std::span<std::byte> bytes) override {
        while (!bytes.empty()) {
            const size_t piece = std::min(bytes.size(), size_t{1} << 30);
            Result<size_t> written = inflateInto(bytes.first(piece));
            if (!written)
                return std::move(written).error();
            if (*written == 0)
                return tooShort();
            bytes = bytes.subspan(*written);
        }
        return {};
    }

    Result<void> expectEnd() override {
        std::byte extra[1];
        Result<size_t> written = inflateInto(extra);
        if (!written)
            return std::move(written).error();
        return *written == 0 ? Result<void>() : tooLong();
    }

    uint64_t atMost() const override {
        return (m_file.size() - m_place + m_state.avail_in) * kBestRatio + (uint64_t{1} << 16);
    }

private:
    // Bytes written, at least one; 0 only at the end of the last member.
    Result<size_t> inflateInto(std::span<std::byte> bytes) {
        if (!m_ready)
            return makeError(ErrorCode::OutOfMemory, "{} cannot be decompressed: no memory.", name());
        m_state.next_out = reinterpret_cast<Bytef*>(bytes.data());
        m_state.avail_out = static_cast<uInt>(bytes.size());
        while (m_state.avail_out == bytes.size()) {
            if (Result<void> refilled = refill(); !refilled)
                return std::move(refilled).error();
            if (m_memberEnded) {
                Result<bool> more = skipPadding();
                if (!more)
                    return std::move(more).error();
                if (!*more)
                    return size_t{0};
                inflateReset(&m_state);
                m_memberEnded = false;
            }
            const int status = inflate(&m_state, Z_NO_FLUSH);
            m_memberEnded = status == Z_STREAM_END;
            if (status == Z_BUF_ERROR && m_state.avail_in == 0 && m_place == m_file.size())
                return makeError(ErrorCode::Unreadable, "{} ends too early: the compressed data is truncated.", name());
            if (status != Z_OK && status != Z_STREAM_END)
                return makeError(ErrorCode::Unreadable, "{} is damaged: {}.", name(),
                                 m_state.msg != nullptr ? m_state.msg : "the compressed data is not valid");
        }
        return bytes.size() - m_state.avail_out;
    }

    // After a member: whether another one follows, and not the zeros that tapes and block devices leave at the end.
    Result<bool> skipPadding() {
        while (m_state.avail_in > 0 && *m_state.next_in == 0) {
            ++m_state.next_in;
            --m_state.avail_in;
            if (Result<void> refilled = refill(); !refilled)
                return std::move(refilled).error();
        }
        return m_state.avail_in > 0;
    }

    Result<void> refill() {
        if (m_state.avail_in > 0 || m_place == m_file.size())
            return {};
        const uint64_t count = std::min<uint64_t>(kChunk, m_file.size() - m_place);
        Result<void> result = m_file.readAt(m_place, std::span(m_chunk).first(static_cast<size_t>(count)));
        m_place += count;
        m_state.next_in = reinterpret_cast<Bytef*>(m_chunk.data());
        m_state.avail_in = static_cast<uInt>(count);
        return result;
    }

    InputFile m_file;
    uint64_t m_place = 0;
    std::vector<std::byte> m_chunk;
    z_stream m_state{};
    bool m_ready = false;
    bool m_memberEnded = false;
};

} // namespace

bool isGzip(std::span<const std::byte> head) {
    return head.size() >= 2 && head[0] == std::byte{0x1F} && head[1] == std::byte{0x8B};
}

Result<std::unique_ptr<ByteStream>> openGzip(InputFile file) {
    return std::unique_ptr<ByteStream>(std::make_unique<GzipStream>(std::move(file)));
}

} // namespace hourglass

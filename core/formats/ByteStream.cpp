#include "core/formats/ByteStream.h"

#include "core/formats/Gzip.h"
#include "core/formats/InputFile.h"

namespace hourglass {

namespace {

class PlainStream : public ByteStream {
public:
    explicit PlainStream(InputFile file)
        : ByteStream(fmt::format("'{}'", file.path().string())), m_file(std::move(file)) {}

    Result<void> read(std::span<std::byte> bytes) override {
        if (bytes.size() > atMost())
            return tooShort();
        Result<void> result = m_file.readAt(m_place, bytes);
        m_place += bytes.size();
        return result;
    }
    Result<void> expectEnd() override { return m_place == m_file.size() ? Result<void>() : tooLong(); }
    uint64_t atMost() const override { return m_file.size() - m_place; }

private:
    InputFile m_file;
    uint64_t m_place = 0;
};

} // namespace

Error ByteStream::tooShort() const {
    return makeError(ErrorCode::Unreadable, "{} ends too early: it is truncated, or its header claims too much.",
                     m_name);
}

Error ByteStream::tooLong() const {
    return makeError(ErrorCode::Unreadable, "{} holds more bytes than its header accounts for.", m_name);
}

Result<std::unique_ptr<ByteStream>> openByteStream(const std::filesystem::path& path) {
    Result<InputFile> file = InputFile::open(path);
    if (!file)
        return std::move(file).error();
    std::byte magic[2] = {};
    if (file->size() >= 2)
        if (Result<void> read = file->readAt(0, magic); !read)
            return std::move(read).error();
    if (isGzip(magic))
        return openGzip(*std::move(file));
    return std::unique_ptr<ByteStream>(std::make_unique<PlainStream>(*std::move(file)));
}

} // namespace hourglass

#pragma once

// Small things that many tests need.

#include <filesystem>
#include <string>

namespace hourglass::test {

// A fresh folder that is removed, with all in it, at the end.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    std::filesystem::path operator/(const std::string& name) const { return m_path / name; }

private:
    std::filesystem::path m_path;
};

// Makes every write beyond `bytes` of a file fail, as a full disk does, until it goes out of scope (POSIX
// RLIMIT_FSIZE).
class FullDisk {
public:
    explicit FullDisk(size_t bytes);
    ~FullDisk();
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    unsigned long m_previousLimit;
};

void writeText(const std::filesystem::path& path, const std::string& content);

} // namespace hourglass::test

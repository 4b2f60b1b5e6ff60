#pragma once

// Small builders of valid files, and what is done to them: cut off at every length, every byte changed.

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

#include "tests/support/TestSupport.h"

namespace hourglass::test {

template <typename Number>
std::string bytesOf(Number number, bool bigEndian = false) {
    std::string bytes(sizeof number, '\0');
    std::memcpy(bytes.data(), &number, sizeof number);
    return bigEndian ? std::string(bytes.rbegin(), bytes.rend()) : bytes;
}

template <typename Number>
std::string bytesOf(std::initializer_list<Number> numbers, bool bigEndian = false) {
    std::string bytes;
    for (const Number number : numbers)
        bytes += bytesOf(number, bigEndian);
    return bytes;
}

// A version-1 .npy file with this header text.
inline std::string npyFile(const std::string& header, const std::string& values) {
    return std::string("\x93NUMPY\x01\x00", 8) + bytesOf(static_cast<uint16_t>(header.size())) + header + values;
}

inline std::string npyFile(const std::string& type, bool fortran, const std::string& shape, const std::string& values) {
    return npyFile("{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
                       ", 'shape': " + shape + ", }\n",
                   values);
}

inline std::string safetensorsFile(const std::string& header, const std::string& data) {
    return bytesOf(uint64_t{header.size()}) + header + data;
}

// An IDX file: type code, sizes, big-endian values.
inline std::string idxFile(int type, std::initializer_list<uint32_t> sizes, const std::string& values) {
    return std::string(2, '\0') + static_cast<char>(type) + static_cast<char>(sizes.size()) + bytesOf(sizes, true) +
           values;
}

// Calls accepts(content) for the file cut off at every length below its own; returns the first length accepted, or -1.
inline int64_t firstTruncationAccepted(const std::string& valid,
                                       const std::function<bool(const std::string&)>& accepts) {
    for (size_t length = 0; length < valid.size(); ++length)
        if (accepts(valid.substr(0, length)))
            return static_cast<int64_t>(length);
    return -1;
}

// Calls read(content) with every byte in turn inverted, zeroed and raised by one: it must return, whatever it returns.
inline void readWithBytesChanged(const std::string& valid, const std::function<bool(const std::string&)>& read) {
    for (size_t place = 0; place < valid.size(); ++place)
        for (const int change : {0, 1, 2}) {
            std::string changed = valid;
            const char old = changed[place];
            changed[place] = change == 0 ? static_cast<char>(~old) : change == 1 ? '\0' : static_cast<char>(old + 1);
            read(changed);
        }
}

} // namespace hourglass::test

#include "core/analysis/RequireCodes.h"

#include "core/data/ArrayDataset.h"

namespace hourglass {

Result<void> requireCodes(const Tensor& codes, int64_t leastRows, const std::string& what) {
    expects(codes.shape().rank() == 2 && codes.shape()[1] > 0, "codes are [N, K], not {}", codes.shape().toString());
    if (codes.shape()[0] == 0)
        return makeError(ErrorCode::InvalidArgument, "{} needs codes, and there are none. Choose some samples.", what);
    if (codes.shape()[0] < leastRows)
        return makeError(ErrorCode::InvalidArgument, "{} needs at least {} codes; there are {}. Choose more samples.",
                         what, leastRows, codes.shape()[0]);
    if (const Result<void> finite =
            requireFinite(codes.values(), static_cast<size_t>(codes.shape()[1]), "The table of codes");
        !finite)
        return Error(ErrorCode::InvalidArgument, finite.error().messageTemplate(), finite.error().arguments());
    return {};
}

} // namespace hourglass

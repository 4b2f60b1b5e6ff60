#include "core/analysis/RepulsionTree.h"

#include <algorithm>
#include <cmath>

#include "core/base/Contract.h"
#include "core/base/Parallel.h"

namespace hourglass {

namespace {

constexpr size_t kLeafPoints = 24;
constexpr int64_t kPointsAtOnce = 256; // few points are not worth a second thread

// What a point at `other` does to one at `point`.
void push(Repulsion& sum, PlanePoint point, PlanePoint other) {
    const double dx = point.x - other.x, dy = point.y - other.y;
    const double kernel = 1 / (1 + dx * dx + dy * dy);
    sum.kernel += kernel;
    sum.force.x += kernel * kernel * dx;
    sum.force.y += kernel * kernel * dy;
}

struct Box {
    PlanePoint low{HUGE_VAL, HUGE_VAL}, high{-HUGE_VAL, -HUGE_VAL};

    void include(PlanePoint point) {
        low = {std::min(low.x, point.x), std::min(low.y, point.y)};
        high = {std::max(high.x, point.x), std::max(high.y, point.y)};
    }
    double width() const { return high.x - low.x; }
    double height() const { return high.y - low.y; }
};

} // namespace

// Taylor's second order about the centre, whose first vanishes. With d the way from the centre, q = 1 / (1 + ‖d‖²) and
// M the second moments, kernel = m q - q² tr M + 4 q³ dᵀM d, and force = (m q² - 2 q³ tr M + 12 q⁴ dᵀM d) d - 4 q³ M d.
void RepulsionTree::pushAsOne(Repulsion& sum, PlanePoint d, const Node& node) {
    const double q = 1 / (1 + d.x * d.x + d.y * d.y), q2 = q * q, q3 = q2 * q;
    const PlanePoint md{node.xx * d.x + node.xy * d.y, node.xy * d.x + node.yy * d.y};
    const double trace = node.xx + node.yy, dmd = d.x * md.x + d.y * md.y;
    sum.kernel += node.mass * q - q2 * trace + 4 * q3 * dmd;
    const double along = node.mass * q2 - 2 * q3 * trace + 12 * q2 * q2 * dmd;
    sum.force.x += along * d.x - 4 * q3 * md.x;
    sum.force.y += along * d.y - 4 * q3 * md.y;
}

void RepulsionTree::build(std::span<const PlanePoint> points, double theta) {
    expects(theta >= 0 && theta < 1, "θ is from 0 to less than 1, not {}", theta);
    m_points.clear();
    m_nodes.clear();
    for (size_t i = 0; i < points.size(); ++i)
        m_points.push_back({points[i], i});
    if (!points.empty())
        add(0, points.size(), theta);
}

void RepulsionTree::add(size_t begin, size_t end, double theta) {
    Box box;
    PlanePoint sum;
    for (size_t i = begin; i < end; ++i) {
        const PlanePoint point = m_points[i].point;
        box.include(point);
        sum = {sum.x + point.x, sum.y + point.y};
    }
    const auto mass = static_cast<double>(end - begin);
    const double extent = std::hypot(box.width(), box.height());
    const double reach = extent > 0 ? extent / theta : 0; // infinite at θ = 0
    // Coinciding points have their centre where they are, not where rounding puts it.
    const PlanePoint centre = extent > 0 ? PlanePoint{sum.x / mass, sum.y / mass} : box.low;

    Node node{.centre = centre, .reach2 = reach * reach, .mass = mass, .begin = begin, .end = end};
    for (size_t i = begin; i < end; ++i) {
        const double x = m_points[i].point.x - centre.x, y = m_points[i].point.y - centre.y;
        node.xx += x * x;
        node.xy += x * y;
        node.yy += y * y;
    }

    const bool isWide = box.width() >= box.height();
    const double middle = isWide ? box.low.x + box.width() / 2 : box.low.y + box.height() / 2;
    size_t split = end;
    if (end - begin > kLeafPoints && extent > 0)
        split = static_cast<size_t>(
            std::partition(m_points.begin() + static_cast<std::ptrdiff_t>(begin),
                           m_points.begin() + static_cast<std::ptrdiff_t>(end),
                           [&](const Placed& p) { return (isWide ? p.point.x : p.point.y) <= middle; }) -
            m_points.begin());
    node.isLeaf = split == end; // also when the box is too small to have a middle

    const size_t place = m_nodes.size();
    m_nodes.push_back(node);
    if (!node.isLeaf) {
        add(begin, split, theta);
        add(split, end, theta);
    }
    m_nodes[place].next = m_nodes.size();
}

Repulsion RepulsionTree::at(PlanePoint point) const {
    Repulsion sum;
    for (size_t n = 0; n < m_nodes.size();) {
        const Node& node = m_nodes[n];
        const double dx = point.x - node.centre.x, dy = point.y - node.centre.y;
        if (dx * dx + dy * dy >= node.reach2) {
            pushAsOne(sum, {dx, dy}, node);
            n = node.next;
        } else if (node.isLeaf) {
            for (size_t i = node.begin; i < node.end; ++i)
                push(sum, point, m_points[i].point);
            n = node.next;
        } else {
            ++n;
        }
    }
    sum.kernel -= 1; // the point itself, which did nothing else
    return sum;
}

void RepulsionTree::repulsions(std::span<Repulsion> results) const {
    expects(results.size() == m_points.size(), "{} results for {} points", results.size(), m_points.size());
    // In the order of the tree: points that lie together go the same ways through it.
    parallelFor(static_cast<int64_t>(m_points.size()), kPointsAtOnce, [&](int64_t begin, int64_t end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
            results[m_points[i].index] = at(m_points[i].point);
    });
}

} // namespace hourglass

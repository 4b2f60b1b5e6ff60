#pragma once

// The pushing half of t-SNE, by Barnes and Hut (1986): for each of N points of the plane, the sums over all others
//
//   kernel = Σ_j q_ij,   force = Σ_j q_ij² (y_i - y_j),   q_ij = 1 / (1 + ‖y_i - y_j‖²)
//
// in O(N log N). A group of points counts as one at its centre where it looks small: the diagonal of its box is at most
// θ times as long as the way to the centre. At θ = 0 only coinciding points do: the sums are exact.
//
// The tree halves the bounding box of a group across its longer side until few points are left. Boxes are tight, so
// that no branch is empty however the points lie; and since θ < 1, no point counts as one with others that it does not
// coincide with.

#include <span>
#include <vector>

namespace hourglass {

struct PlanePoint {
    double x = 0;
    double y = 0;
    bool operator==(const PlanePoint&) const = default;
};

struct Repulsion {
    PlanePoint force;
    double kernel = 0;
};

class RepulsionTree {
public:
    // θ from 0 to less than 1 (ContractError), 0.5 being usual. Points must be finite.
    void build(std::span<const PlanePoint> points, double theta);

    // One per point, in the order they were given in. Uses parallelFor; the result does not depend on threads.
    void repulsions(std::span<Repulsion> results) const;

private:
    struct Node {
        PlanePoint centre; // of mass
        double reach2 = 0; // square of the distance from which the group counts as one
        double mass = 0;
        double xx = 0, xy = 0, yy = 0; // second moments about the centre
        size_t begin = 0, end = 0;     // its points
        size_t next = 0; // the node to go on with when this one is done: its first child is the one after it
        bool isLeaf = false;
    };
    struct Placed {
        PlanePoint point;
        size_t index = 0; // where the point was given
    };

    void add(size_t begin, size_t end, double theta);
    Repulsion at(PlanePoint point) const;
    static void pushAsOne(Repulsion& sum, PlanePoint d, const Node& node);

    std::vector<Placed> m_points; // those of a group side by side
    std::vector<Node> m_nodes;    // parents before children
};

} // namespace hourglass

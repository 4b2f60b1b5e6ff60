#pragma once

// What t-SNE makes small, and its gradient (van der Maaten 2014, equations 7 to 9): for a layout y of N points,
//
//   C = KL(P ‖ Q) = Σ_ij p_ij ln (p_ij / q_ij),   q_ij = w_ij / Z,   w_ij = 1 / (1 + ‖y_i - y_j‖²),   Z = Σ_{k≠l} w_kl
//   ∂C/∂y_i = 4 Σ_j (α p_ij - q_ij) w_ij (y_i - y_j)     α = 1, or more to exaggerate the pull
//
// The pull runs over the few p_ij that are not 0, the push over a RepulsionTree. Uses parallelFor; results do not
// depend on the number of threads.

#include "core/analysis/RepulsionTree.h"
#include "core/analysis/TSneAffinities.h"

namespace hourglass {

class TSneObjective {
public:
    explicit TSneObjective(Affinities affinities);

    size_t points() const { return m_affinities.rows(); }

    // Writes the gradient and returns Z. Allocates only when called first.
    double gradient(std::span<const PlanePoint> layout, double exaggeration, double theta,
                    std::span<PlanePoint> gradient);

    // C, with the Z of the same layout.
    double divergence(std::span<const PlanePoint> layout, double normaliser);

private:
    Affinities m_affinities;
    double m_negativeEntropy; // Σ p ln p
    RepulsionTree m_tree;
    std::vector<Repulsion> m_repulsions;
    std::vector<double> m_rowSums;
};

} // namespace hourglass

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice An amount that refills linearly to its cap within `RateLimitLib.PERIOD`. One slot.
/// @param cap Largest available amount.
/// @param available What was available at `updated`.
/// @param updated Unix time of the last use.
struct RateLimit {
    uint104 cap;
    uint104 available;
    uint48 updated;
}

/// @title RateLimitLib
/// @notice A token bucket: what a key that was stolen can do is bounded by two caps a day.
library RateLimitLib {
    /// @notice Seconds from empty to full.
    uint256 internal constant PERIOD = 1 days;

    /// @notice What may be used now.
    function current(
        RateLimit memory limit
    ) internal view returns (uint256) {
        uint256 elapsed = block.timestamp - limit.updated;
        uint256 cap = limit.cap;
        if (elapsed >= PERIOD) return cap;
        uint256 refilled = limit.available + cap * elapsed / PERIOD;
        return refilled < cap ? refilled : cap;
    }

    /// @notice The limit after a change of its cap: what was used stays used.
    function withCap(
        RateLimit memory limit,
        uint104 cap
    ) internal view returns (RateLimit memory) {
        uint256 used = limit.cap - current(limit);
        uint104 available = used < cap ? uint104(cap - used) : 0;
        return RateLimit({ cap: cap, available: available, updated: uint48(block.timestamp) });
    }

    /// @notice The limit after using `amount`, which must be at most `current(limit)`.
    function afterUse(
        RateLimit memory limit,
        uint256 amount
    ) internal view returns (RateLimit memory) {
        return RateLimit({
            cap: limit.cap,
            available: uint104(current(limit) - amount),
            updated: uint48(block.timestamp)
        });
    }
}

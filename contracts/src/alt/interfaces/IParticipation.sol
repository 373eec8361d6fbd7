// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IParticipation
/// @notice What a service's own contracts know of who took part: MACH's checkpoints, for example.
interface IParticipation {
    /// @notice How much of what `operator` could do for `service` in `epoch` it did. Final once the
    /// epoch's table can no longer be used.
    /// @return done Such as certificates that it signed.
    /// @return possible The most that `done` could be; 0 where there was nothing to do.
    function participationOf(
        bytes32 service,
        uint48 epoch,
        address operator
    ) external view returns (uint256 done, uint256 possible);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title IEvidenceModule
/// @notice Checks evidence of one kind of offence, by itself: no one is asked for an opinion.
interface IEvidenceModule {
    /// @notice What the evidence proves of one operator.
    /// @param service Service in which the offence happened.
    /// @param key Names the offence among those of its kind, service and operator, however it is
    /// proven: two pieces of evidence of one offence must give one key, and two offences two.
    /// @param reporter Who brought the offence to light, if the evidence itself says so, such as
    /// the winner of a dispute game; otherwise zero, and who submits the evidence is rewarded.
    struct Offence {
        bytes32 service;
        bytes32 key;
        address reporter;
    }

    /// @notice The offence that `evidence` proves of `operator`. Reverts when it proves none, or
    /// when `timestamp` is not the one at which its stake counts.
    /// @param timestamp Unix time of the stake table which gave the operator its say: the start of
    /// the table's epoch.
    function verify(
        address operator,
        uint48 timestamp,
        bytes calldata evidence
    ) external view returns (Offence memory);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { VestingWallet } from "@openzeppelin/contracts/finance/VestingWallet.sol";
import { VestingWalletCliff } from "@openzeppelin/contracts/finance/VestingWalletCliff.sol";
import { IVotes } from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// @title AltVestingWallet
/// @notice One beneficiary's allocation: nothing before the cliff, linear from the start to the
/// end. What is locked votes through whom the beneficiary names.
contract AltVestingWallet is VestingWalletCliff {
    /// @param beneficiary Owns the wallet and receives what is released.
    /// @param startTimestamp Unix time the schedule begins.
    /// @param durationSeconds From the start to the end of the schedule.
    /// @param cliffSeconds From the start to the first release; at most the duration.
    constructor(
        address beneficiary,
        uint64 startTimestamp,
        uint64 durationSeconds,
        uint64 cliffSeconds
    )
        VestingWallet(beneficiary, startTimestamp, durationSeconds)
        VestingWalletCliff(cliffSeconds)
    { }

    /// @notice Delegates the votes of the tokens held here. Beneficiary only.
    function delegate(
        IVotes token,
        address delegatee
    ) external onlyOwner {
        token.delegate(delegatee);
    }
}

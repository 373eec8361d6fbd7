// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { AltVestingWallet } from "./AltVestingWallet.sol";
import { IAltDistribution } from "./interfaces/IAltDistribution.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import { SafeERC20 } from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title AltDistribution
/// @notice The public allocation, without an owner: the schedule is committed to at deployment as a
/// hash chain and carried out page by page by anyone.
contract AltDistribution is IAltDistribution {
    using SafeERC20 for IERC20;

    /// @notice The token distributed.
    IERC20 public immutable token;

    /// @inheritdoc IAltDistribution
    bytes32 public commitment;

    /// @inheritdoc IAltDistribution
    uint256 public count;

    /// @inheritdoc IAltDistribution
    uint256 public distributed;

    /// @param token_ Token to distribute; its tokens are sent here after deployment.
    /// @param schedule `hashSchedule` of all allocations. Check their sum before sending tokens:
    /// what is sent above it stays here for good.
    constructor(
        IERC20 token_,
        bytes32 schedule
    ) {
        token = token_;
        commitment = schedule;
    }

    /// @inheritdoc IAltDistribution
    function hashSchedule(
        Allocation[] calldata allocations,
        bytes32 rest
    ) public pure returns (bytes32 hash, uint256 total) {
        hash = rest;
        for (uint256 i = allocations.length; i > 0; i--) {
            hash = keccak256(abi.encode(allocations[i - 1], hash));
            total += allocations[i - 1].amount;
        }
    }

    /// @inheritdoc IAltDistribution
    function distribute(
        Allocation[] calldata allocations,
        bytes32 rest
    ) external {
        bytes32 expected = commitment;
        if (expected == 0) revert AlreadyComplete();
        (bytes32 hash, uint256 amount) = hashSchedule(allocations, rest);
        if (hash != expected) revert NotNextInSchedule(expected, hash);
        uint256 first = count;
        commitment = rest;
        count = first + allocations.length;
        distributed += amount;
        for (uint256 i = 0; i < allocations.length; i++) {
            Allocation calldata allocation = allocations[i];
            AltVestingWallet wallet = new AltVestingWallet(
                allocation.beneficiary, allocation.start, allocation.duration, allocation.cliff
            );
            emit WalletCreated(
                first + i, allocation.beneficiary, address(wallet), allocation.amount
            );
            token.safeTransfer(address(wallet), allocation.amount);
        }
        // The balance is not asked: who sends a wei here must not keep the last page from its
        // beneficiaries.
        if (rest == 0) emit Completed(count, distributed);
    }
}

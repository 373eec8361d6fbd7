// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

// The words of the OP Stack's dispute games (specs, dispute game interface and fault dispute game):
// types, names, values and errors are those of its contracts, for the ABI is the same.

/// @notice An output root, or the hash of a VM state with the VM's status in its first byte.
type Claim is bytes32;
type Hash is bytes32;
type GameType is uint32;
/// @notice Seconds.
type Duration is uint64;
/// @notice Unix seconds.
type Timestamp is uint64;
/// @notice A `Duration` in the upper 64 bits and a `Timestamp` in the lower.
type Clock is uint128;

enum GameStatus {
    IN_PROGRESS,
    CHALLENGER_WINS,
    DEFENDER_WINS
}

/// @notice What the first byte of a claim about a VM state says.
library VMStatus {
    uint8 internal constant VALID = 0;
    uint8 internal constant INVALID = 1;
    uint8 internal constant PANIC = 2;
    uint8 internal constant UNFINISHED = 3;
}

/// @notice What a program can ask for of its own dispute.
library LocalPreimageKey {
    uint256 internal constant L1_HEAD_HASH = 1;
    uint256 internal constant STARTING_OUTPUT_ROOT = 2;
    uint256 internal constant DISPUTED_OUTPUT_ROOT = 3;
    uint256 internal constant DISPUTED_L2_BLOCK_NUMBER = 4;
    uint256 internal constant CHAIN_ID = 5;
    /// @notice Beyond the specs: the program carries no configuration of its own.
    uint256 internal constant CONFIG_HASH = 6;
}

error AlreadyInitialized();
error AnchorRootNotFound();
error BadExtraData();
error BlockNumberMatches();
error BondTransferFailed();
error CannotDefendRootClaim();
error ClaimAboveSplit();
error ClaimAlreadyExists();
error ClaimAlreadyResolved();
error ClockNotExpired();
error ClockTimeExceeded();
error DuplicateStep();
error GameDepthExceeded();
error GameNotInProgress();
error IncorrectBondAmount();
error InvalidClockExtension();
error InvalidDisputedClaimIndex();
error InvalidHeaderRLP();
error InvalidLocalIdent();
error InvalidOutputRootProof();
error InvalidParent();
error InvalidPrestate();
error InvalidSplitDepth();
error L2BlockNumberChallenged();
error MaxDepthTooLarge();
error NoCreditToClaim();
error OutOfOrderResolution();
error UnexpectedRootClaim(Claim rootClaim);
error ValidStep();

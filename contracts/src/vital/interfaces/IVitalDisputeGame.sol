// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {
    Claim,
    Clock,
    Duration,
    GameStatus,
    GameType,
    Hash,
    Timestamp
} from "../libraries/DisputeTypes.sol";
import { Position } from "../libraries/LibPosition.sol";
import { IAnchorStateRegistry } from "./IAnchorStateRegistry.sol";
import { IBigStepper } from "./IBigStepper.sol";
import { IDelayedWETH } from "./IDelayedWETH.sol";

/// @title IVitalDisputeGame
/// @notice A claim about an L2 output root, argued down to one instruction (OP Stack specs, fault
/// dispute game 1.3). Created through the DisputeGameFactory as a clone with immutable arguments:
/// creator (20 bytes), root claim (32), L1 head (32), extra data (32: the L2 block number).
interface IVitalDisputeGame {
    /// @param gameType As it stands in the factory.
    /// @param absolutePrestate Hash of the VM's state before its first instruction.
    /// @param maxGameDepth Depth of claims about one instruction, at most 125.
    /// @param splitDepth Depth of claims about one L2 block, at least 2.
    /// @param clockExtension Seconds that a side has at least for its next move; twice that where
    /// it must execute the program first.
    /// @param maxClockDuration Seconds a side has for all its moves.
    struct GameConstructorParams {
        GameType gameType;
        Claim absolutePrestate;
        uint256 maxGameDepth;
        uint256 splitDepth;
        Duration clockExtension;
        Duration maxClockDuration;
        IBigStepper vm;
        IDelayedWETH weth;
        IAnchorStateRegistry anchorStateRegistry;
        uint256 l2ChainId;
        bytes32 configHash;
    }

    /// @notice What an output root is the hash of (OP Stack specs, "L2 Output Commitment").
    struct OutputRootProof {
        bytes32 version;
        bytes32 stateRoot;
        bytes32 messagePasserStorageRoot;
        bytes32 latestBlockhash;
    }

    event Resolved(GameStatus indexed status);
    event Move(uint256 indexed parentIndex, Claim indexed claim, address indexed claimant);
    /// @notice A claim at the deepest level was countered by executing an instruction.
    event Step(uint256 indexed claimIndex, address indexed claimant);
    /// @notice The root claim names another block number than its block has.
    event L2BlockChallenge(address indexed challenger, uint256 l2BlockNumber);
    /// @notice Nothing can change any more what became of a claim.
    event ClaimResolved(uint256 indexed claimIndex, address indexed recipient, uint256 bond);
    event CreditClaimed(address indexed recipient, uint256 amount);

    /// @notice Begins the game. The factory calls it, with the bond of the root claim.
    function initialize() external payable;

    /// @notice `move` against the claim itself.
    function attack(
        Claim disputed,
        uint256 parentIndex,
        Claim claim
    ) external payable;

    /// @notice `move` against what its side says of what follows.
    function defend(
        Claim disputed,
        uint256 parentIndex,
        Claim claim
    ) external payable;

    /// @notice Counters a claim about one instruction by executing it.
    /// @param isAttack Whether the instruction leads to the claim, or starts from it.
    /// @param stateData The VM's state before the instruction.
    /// @param proof What the instruction touches of memory.
    function step(
        uint256 claimIndex,
        bool isAttack,
        bytes calldata stateData,
        bytes calldata proof
    ) external;

    /// @notice Puts data of this dispute where the VM can read it.
    /// @param ident `LocalPreimageKey`.
    /// @param execLeafIdx A claim about the trace whose data they are.
    function addLocalData(
        uint256 ident,
        uint256 execLeafIdx,
        uint256 partOffset
    ) external;

    /// @notice Settles a claim when nobody can counter it any more and all that counter it are
    /// settled. @param numToResolve How many of those to look at in this transaction; 0 for all.
    function resolveClaim(
        uint256 claimIndex,
        uint256 numToResolve
    ) external;

    /// @notice Ends the game when its root claim is settled.
    function resolve() external returns (GameStatus);

    /// @notice Adds a claim that disagrees with another: with it itself (attack), or with what its
    /// side says of what follows (defend). The bond is exact.
    function move(
        Claim disputed,
        uint256 challengeIndex,
        Claim claim,
        bool isAttack
    ) external payable;

    /// @notice Shows that the block that the root claim commits to has another number.
    function challengeRootL2Block(
        OutputRootProof calldata outputRootProof,
        bytes calldata headerRLP
    ) external;

    /// @notice Pays out what the recipient won, when DelayedWETH's delay is over.
    function claimCredit(
        address recipient
    ) external;

    /// @notice Wei that a claim at this position is bonded with.
    function getRequiredBond(
        Position position
    ) external view returns (uint256);

    /// @notice Seconds that ran on the clock of whoever would counter this claim, at most
    /// `maxClockDuration`.
    function getChallengerDuration(
        uint256 claimIndex
    ) external view returns (Duration);

    function claimData(
        uint256 claimIndex
    )
        external
        view
        returns (
            uint32 parentIndex,
            address counteredBy,
            address claimant,
            uint128 bond,
            Claim claim,
            Position position,
            Clock clock
        );
    function claimDataLen() external view returns (uint256);
    /// @notice Whether a claim was made, by `LibClaim.hashClaimPos`.
    function claims(
        Hash claimHash
    ) external view returns (bool);
    /// @notice Index of the n-th claim that counters a claim.
    function subgames(
        uint256 claimIndex,
        uint256 n
    ) external view returns (uint256);
    function resolvedSubgames(
        uint256 claimIndex
    ) external view returns (bool);
    function resolutionCheckpoints(
        uint256 claimIndex
    )
        external
        view
        returns (
            bool initialCheckpointComplete,
            uint32 subgameIndex,
            Position leftmostPosition,
            address counteredBy
        );
    /// @notice Wei that an account won and did not take yet.
    function credit(
        address recipient
    ) external view returns (uint256);
    /// @notice How many claims that counter this one `resolveClaim` has yet to look at.
    function getNumToResolve(
        uint256 claimIndex
    ) external view returns (uint256);
    function l2BlockNumberChallenged() external view returns (bool);
    function l2BlockNumberChallenger() external view returns (address);

    function createdAt() external view returns (Timestamp);
    function resolvedAt() external view returns (Timestamp);
    function status() external view returns (GameStatus);
    function gameType() external view returns (GameType);
    function gameCreator() external pure returns (address);
    function rootClaim() external pure returns (Claim);
    function l1Head() external pure returns (Hash);
    function l2BlockNumber() external pure returns (uint256);
    /// @notice The same, under the name that the OP Stack's later games have for it and tools ask
    /// for.
    function l2SequenceNumber() external pure returns (uint256);
    function extraData() external pure returns (bytes memory);
    function gameData() external view returns (GameType, Claim, bytes memory);
    /// @notice The output root that both sides agree on: the anchor when the game began.
    function startingOutputRoot() external view returns (Hash root, uint256 l2BlockNumber);
    function startingBlockNumber() external view returns (uint256);
    function startingRootHash() external view returns (Hash);

    function absolutePrestate() external view returns (Claim);
    function maxGameDepth() external view returns (uint256);
    function splitDepth() external view returns (uint256);
    function maxClockDuration() external view returns (Duration);
    function clockExtension() external view returns (Duration);
    function vm() external view returns (IBigStepper);
    function weth() external view returns (IDelayedWETH);
    function anchorStateRegistry() external view returns (IAnchorStateRegistry);
    function l2ChainId() external view returns (uint256);
    function configHash() external view returns (bytes32);
    function version() external view returns (string memory);
}

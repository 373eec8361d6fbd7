// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IAnchorStateRegistry } from "./interfaces/IAnchorStateRegistry.sol";
import { IBigStepper } from "./interfaces/IBigStepper.sol";
import { IDelayedWETH } from "./interfaces/IDelayedWETH.sol";
import { IVitalDisputeGame } from "./interfaces/IVitalDisputeGame.sol";
import { ClaimTree } from "./libraries/ClaimTree.sol";
import "./libraries/DisputeTypes.sol";
import { LibPosition, Position } from "./libraries/LibPosition.sol";
import { RLP } from "@openzeppelin/contracts/utils/RLP.sol";
import { FixedPointMathLib } from "solady/utils/FixedPointMathLib.sol";

/// @title VitalDisputeGame
/// @notice See `IVitalDisputeGame`. Nobody owns a game: what is true follows from `step`, who pays
/// from the claims, when from the clocks.
/// @dev Truth goes up from the leaves: a claim is countered if one claim that counters it is not.
/// The bond of a countered claim goes to the leftmost of those, for a claim right of the honest one
/// can
/// stand uncountered although it is false.
contract VitalDisputeGame is IVitalDisputeGame {
    using ClaimTree for ClaimTree.Node[];

    /// @dev Immutable arguments stand behind the calldata of each call to a clone, and behind them
    /// their length in two bytes: creator, root claim, L1 head, L2 block number.
    uint256 private constant ARGS_SIZE = 20 + 32 + 32 + 32 + 2;
    uint256 private constant CREATOR = 0;
    uint256 private constant ROOT_CLAIM = 20;
    uint256 private constant L1_HEAD = 52;
    uint256 private constant L2_BLOCK_NUMBER = 84;

    /// @dev Bonds (specs, bond incentives): what a counter may cost at the top and at the bottom.
    uint256 private constant ASSUMED_BASE_FEE = 200 gwei;
    uint256 private constant BASE_GAS = 400_000;
    uint256 private constant HIGH_GAS = 300_000_000;

    /// @dev The block number's place in a header.
    uint256 private constant HEADER_NUMBER = 8;

    Position private constant ROOT_POSITION = Position.wrap(1);

    GameType private immutable GAME_TYPE;
    Claim private immutable ABSOLUTE_PRESTATE;
    uint256 private immutable MAX_GAME_DEPTH;
    uint256 private immutable SPLIT_DEPTH;
    uint64 private immutable CLOCK_EXTENSION;
    uint64 private immutable MAX_CLOCK_DURATION;
    /// @dev Seconds until what a step needs can be in the oracle.
    uint64 private immutable CHALLENGE_PERIOD;
    IBigStepper private immutable VM;
    IDelayedWETH private immutable WETH;
    IAnchorStateRegistry private immutable ANCHOR_STATE_REGISTRY;
    uint256 private immutable L2_CHAIN_ID;
    bytes32 private immutable CONFIG_HASH;
    /// @dev How bonds grow from one depth to the next, as a fixed point number of 18 decimals.
    int256 private immutable BOND_GROWTH;

    /// @inheritdoc IVitalDisputeGame
    string public constant version = "1.3.1-vital";

    struct Checkpoint {
        bool begun;
        uint32 done;
        uint32 next;
        Position leftmostPosition;
        address counteredBy;
    }

    Timestamp public createdAt;
    Timestamp public resolvedAt;
    GameStatus public status;
    bool private _initialized;
    /// @inheritdoc IVitalDisputeGame
    bool public l2BlockNumberChallenged;
    /// @inheritdoc IVitalDisputeGame
    address public l2BlockNumberChallenger;
    /// @dev What the root claim is bonded with; the factory says how much.
    uint128 private _rootBond;
    Hash public startingRootHash;
    uint256 public startingBlockNumber;

    ClaimTree.Node[] private _nodes;
    /// @inheritdoc IVitalDisputeGame
    mapping(Hash claimHash => bool made) public claims;
    /// @inheritdoc IVitalDisputeGame
    mapping(uint256 claimIndex => bool resolved) public resolvedSubgames;
    mapping(uint256 claimIndex => Checkpoint) private _checkpoints;
    /// @inheritdoc IVitalDisputeGame
    mapping(address recipient => uint256 amount) public credit;

    modifier inProgress() {
        if (status != GameStatus.IN_PROGRESS) revert GameNotInProgress();
        _;
    }

    constructor(
        GameConstructorParams memory params
    ) {
        if (params.maxGameDepth > LibPosition.MAX_DEPTH) revert MaxDepthTooLarge();
        // Below 2 no move stands above the first claim about a trace, so none could extend its
        // clock.
        if (params.splitDepth < 2 || params.splitDepth >= params.maxGameDepth) {
            revert InvalidSplitDepth();
        }
        uint256 extension = Duration.unwrap(params.clockExtension);
        uint256 period = params.vm.oracle().challengePeriod();
        uint256 longest = extension + (period > extension ? period : extension);
        if (longest > Duration.unwrap(params.maxClockDuration)) revert InvalidClockExtension();

        GAME_TYPE = params.gameType;
        ABSOLUTE_PRESTATE = params.absolutePrestate;
        MAX_GAME_DEPTH = params.maxGameDepth;
        SPLIT_DEPTH = params.splitDepth;
        CLOCK_EXTENSION = uint64(extension);
        MAX_CLOCK_DURATION = Duration.unwrap(params.maxClockDuration);
        CHALLENGE_PERIOD = uint64(period);
        VM = params.vm;
        WETH = params.weth;
        ANCHOR_STATE_REGISTRY = params.anchorStateRegistry;
        L2_CHAIN_ID = params.l2ChainId;
        CONFIG_HASH = params.configHash;
        BOND_GROWTH = _bondGrowth(params.maxGameDepth);
        // Clones have storage of their own; the implementation is no game.
        _initialized = true;
    }

    function initialize() external payable {
        if (_initialized) revert AlreadyInitialized();
        (Hash root, uint256 number) = ANCHOR_STATE_REGISTRY.anchors(GAME_TYPE);
        if (Hash.unwrap(root) == 0) revert AnchorRootNotFound();
        // More or fewer bytes would be another name for the same claim.
        if (msg.data.length != 4 + ARGS_SIZE) revert BadExtraData();
        if (l2BlockNumber() <= number) revert UnexpectedRootClaim(rootClaim());

        _initialized = true;
        createdAt = Timestamp.wrap(uint64(block.timestamp));
        startingRootHash = root;
        startingBlockNumber = number;
        _rootBond = uint128(msg.value);
        ClaimTree.Node storage node = _nodes.push();
        node.claimant = gameCreator();
        node.parentIndex = ClaimTree.NO_PARENT;
        node.timestamp = uint64(block.timestamp);
        node.claim = rootClaim();
        node.position = ROOT_POSITION;
        WETH.deposit{ value: msg.value }();
    }

    // --- moves ---

    function attack(
        Claim disputed,
        uint256 parentIndex,
        Claim claim
    ) external payable {
        move(disputed, parentIndex, claim, true);
    }

    function defend(
        Claim disputed,
        uint256 parentIndex,
        Claim claim
    ) external payable {
        move(disputed, parentIndex, claim, false);
    }

    /// @inheritdoc IVitalDisputeGame
    function move(
        Claim disputed,
        uint256 challengeIndex,
        Claim claim,
        bool isAttack
    ) public payable inProgress {
        ClaimTree.Node storage parent = _nodes[challengeIndex];
        // What stands at this index may be another claim since L1 was reorganised.
        if (Claim.unwrap(parent.claim) != Claim.unwrap(disputed)) {
            revert InvalidDisputedClaimIndex();
        }

        Position parentPosition = parent.position;
        Position position = parentPosition.move(isAttack);
        uint256 depth = position.depth();
        // The root of the outputs, and of a trace, is a claim about all of it: nothing follows.
        if (!isAttack && (challengeIndex == 0 || depth == SPLIT_DEPTH + 2)) {
            revert CannotDefendRootClaim();
        }
        if (l2BlockNumberChallenged && challengeIndex == 0) revert L2BlockNumberChallenged();
        if (depth > MAX_GAME_DEPTH) revert GameDepthExceeded();
        if (depth == SPLIT_DEPTH + 1) {
            _checkTraceRoot(claim, challengeIndex, parentPosition, isAttack);
        }
        if (msg.value != getRequiredBond(position)) revert IncorrectBondAmount();
        uint64 duration = Duration.unwrap(getChallengerDuration(challengeIndex));
        if (duration == MAX_CLOCK_DURATION) revert ClockTimeExceeded();

        Hash claimHash = _claimHash(claim, position, challengeIndex);
        if (claims[claimHash]) revert ClaimAlreadyExists();
        claims[claimHash] = true;

        uint256 index = _nodes.length;
        ClaimTree.Node storage node = _nodes.push();
        node.claimant = msg.sender;
        node.parentIndex = uint32(challengeIndex);
        node.timestamp = uint64(block.timestamp);
        node.claim = claim;
        node.position = position;
        node.duration = uint40(_extended(duration, depth));
        node.previousSibling = parent.lastChild;
        parent.lastChild = uint32(index);
        parent.children += 1;

        WETH.deposit{ value: msg.value }();
        emit Move(challengeIndex, claim, msg.sender);
    }

    function step(
        uint256 claimIndex,
        bool isAttack,
        bytes calldata stateData,
        bytes calldata proof
    ) external inProgress {
        ClaimTree.Node storage node = _nodes[claimIndex];
        if (node.position.depth() != MAX_GAME_DEPTH) revert InvalidParent();
        (Claim preState, Claim postState, bool sameSide) = _stepStates(node, isAttack);
        // The first byte of a claim is the VM's status, which is no part of the hash.
        if (keccak256(stateData) << 8 != Claim.unwrap(preState) << 8) revert InvalidPrestate();
        bytes32 context = _localContext(claimIndex);
        bool valid = VM.step(stateData, proof, context) == Claim.unwrap(postState);
        // The claim stands if the step leads to a post state of its own side, or away from one of
        // the other.
        if (sameSide == valid) revert ValidStep();

        if (node.counteredBy != address(0)) revert DuplicateStep();
        node.counteredBy = msg.sender;
        emit Step(claimIndex, msg.sender);
    }

    function addLocalData(
        uint256 ident,
        uint256 execLeafIdx,
        uint256 partOffset
    ) external inProgress {
        (Claim starting, Position startingPosition, Claim disputed, Position disputedPosition) =
            _nodes.findOutputs(execLeafIdx, SPLIT_DEPTH);
        bytes32 context = _context(starting, startingPosition, disputed, disputedPosition);
        bytes32 word;
        uint256 size = 32;
        if (ident == LocalPreimageKey.L1_HEAD_HASH) {
            word = Hash.unwrap(l1Head());
        } else if (ident == LocalPreimageKey.STARTING_OUTPUT_ROOT) {
            word = startingPosition.raw() == 0
                ? Hash.unwrap(startingRootHash)
                : Claim.unwrap(starting);
        } else if (ident == LocalPreimageKey.DISPUTED_OUTPUT_ROOT) {
            word = Claim.unwrap(disputed);
        } else if (ident == LocalPreimageKey.DISPUTED_L2_BLOCK_NUMBER) {
            // Beyond the block that the game is about there is nothing to argue.
            uint256 number = startingBlockNumber + disputedPosition.traceIndex(SPLIT_DEPTH) + 1;
            if (number > l2BlockNumber()) number = l2BlockNumber();
            (word, size) = (bytes32(number << 192), 8);
        } else if (ident == LocalPreimageKey.CHAIN_ID) {
            (word, size) = (bytes32(L2_CHAIN_ID << 192), 8);
        } else if (ident == LocalPreimageKey.CONFIG_HASH) {
            word = CONFIG_HASH;
        } else {
            revert InvalidLocalIdent();
        }
        VM.oracle().loadLocalData(ident, context, word, size, partOffset);
    }

    /// @inheritdoc IVitalDisputeGame
    function challengeRootL2Block(
        OutputRootProof calldata outputRootProof,
        bytes calldata headerRLP
    ) external inProgress {
        if (l2BlockNumberChallenged) revert L2BlockNumberChallenged();
        if (keccak256(abi.encode(outputRootProof)) != Claim.unwrap(rootClaim())) {
            revert InvalidOutputRootProof();
        }
        if (keccak256(headerRLP) != outputRootProof.latestBlockhash) revert InvalidHeaderRLP();
        uint256 actual = RLP.readUint256(RLP.decodeList(headerRLP)[HEADER_NUMBER]);
        if (actual == l2BlockNumber()) revert BlockNumberMatches();

        l2BlockNumberChallenged = true;
        l2BlockNumberChallenger = msg.sender;
        emit L2BlockChallenge(msg.sender, actual);
    }

    // --- resolution ---

    function resolveClaim(
        uint256 claimIndex,
        uint256 numToResolve
    ) external inProgress {
        ClaimTree.Node storage node = _nodes[claimIndex];
        if (Duration.unwrap(getChallengerDuration(claimIndex)) < MAX_CLOCK_DURATION) {
            revert ClockNotExpired();
        }
        if (resolvedSubgames[claimIndex]) revert ClaimAlreadyResolved();

        uint256 children = node.children;
        if (children > 0) {
            Checkpoint memory checkpoint = _advance(claimIndex, node, numToResolve);
            if (checkpoint.done < children) return;
            node.counteredBy = checkpoint.counteredBy;
        }
        if (claimIndex == 0 && l2BlockNumberChallenged) node.counteredBy = l2BlockNumberChallenger;

        resolvedSubgames[claimIndex] = true;
        address recipient = node.counteredBy == address(0) ? node.claimant : node.counteredBy;
        uint256 bond = _bondOf(claimIndex, node.position);
        credit[recipient] += bond;
        WETH.unlock(recipient, bond);
        emit ClaimResolved(claimIndex, recipient, bond);
    }

    function resolve() external inProgress returns (GameStatus result) {
        if (!resolvedSubgames[0]) revert OutOfOrderResolution();
        result = _nodes[0].counteredBy == address(0)
            ? GameStatus.DEFENDER_WINS
            : GameStatus.CHALLENGER_WINS;
        resolvedAt = Timestamp.wrap(uint64(block.timestamp));
        status = result;
        emit Resolved(result);
        ANCHOR_STATE_REGISTRY.tryUpdateAnchorState();
    }

    /// @inheritdoc IVitalDisputeGame
    function claimCredit(
        address recipient
    ) external {
        uint256 amount = credit[recipient];
        if (amount == 0) revert NoCreditToClaim();
        credit[recipient] = 0;
        emit CreditClaimed(recipient, amount);
        WETH.withdraw(recipient, amount);
        (bool success,) = recipient.call{ value: amount }("");
        if (!success) revert BondTransferFailed();
    }

    /// @dev DelayedWETH sends what is withdrawn here before it goes on.
    receive() external payable { }

    // --- views ---

    /// @inheritdoc IVitalDisputeGame
    function getRequiredBond(
        Position position
    ) public view returns (uint256) {
        uint256 depth = position.depth();
        if (depth > MAX_GAME_DEPTH) revert GameDepthExceeded();
        int256 factor = FixedPointMathLib.powWad(BOND_GROWTH, int256(depth * FixedPointMathLib.WAD));
        return ASSUMED_BASE_FEE * FixedPointMathLib.mulWad(BASE_GAS, uint256(factor));
    }

    /// @inheritdoc IVitalDisputeGame
    function getChallengerDuration(
        uint256 claimIndex
    ) public view inProgress returns (Duration) {
        ClaimTree.Node storage node = _nodes[claimIndex];
        uint256 elapsed = block.timestamp - node.timestamp;
        if (node.parentIndex != ClaimTree.NO_PARENT) elapsed += _nodes[node.parentIndex].duration;
        return Duration.wrap(uint64(FixedPointMathLib.min(elapsed, MAX_CLOCK_DURATION)));
    }

    function getNumToResolve(
        uint256 claimIndex
    ) external view returns (uint256) {
        return _nodes[claimIndex].children - _checkpoints[claimIndex].done;
    }

    /// @inheritdoc IVitalDisputeGame
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
        )
    {
        ClaimTree.Node memory node = _nodes[claimIndex];
        return (
            node.parentIndex,
            node.counteredBy,
            node.claimant,
            uint128(_bondOf(claimIndex, node.position)),
            node.claim,
            node.position,
            Clock.wrap(uint128(node.duration) << 64 | node.timestamp)
        );
    }

    /// @inheritdoc IVitalDisputeGame
    function claimDataLen() external view returns (uint256) {
        return _nodes.length;
    }

    /// @inheritdoc IVitalDisputeGame
    function subgames(
        uint256 claimIndex,
        uint256 n
    ) external view returns (uint256) {
        ClaimTree.Node storage node = _nodes[claimIndex];
        uint256 child = node.lastChild;
        for (uint256 after_ = node.children - 1 - n; after_ > 0; --after_) {
            child = _nodes[child].previousSibling;
        }
        return child;
    }

    /// @inheritdoc IVitalDisputeGame
    function resolutionCheckpoints(
        uint256 claimIndex
    ) external view returns (bool, uint32, Position, address) {
        Checkpoint memory checkpoint = _checkpoints[claimIndex];
        return
            (checkpoint.begun, checkpoint.done, checkpoint.leftmostPosition, checkpoint.counteredBy);
    }

    function gameType() public view returns (GameType) {
        return GAME_TYPE;
    }

    function gameCreator() public pure returns (address) {
        return address(bytes20(_argument(CREATOR)));
    }

    function rootClaim() public pure returns (Claim) {
        return Claim.wrap(_argument(ROOT_CLAIM));
    }

    function l1Head() public pure returns (Hash) {
        return Hash.wrap(_argument(L1_HEAD));
    }

    function l2BlockNumber() public pure returns (uint256) {
        return uint256(_argument(L2_BLOCK_NUMBER));
    }

    /// @inheritdoc IVitalDisputeGame
    function l2SequenceNumber() external pure returns (uint256) {
        return l2BlockNumber();
    }

    function extraData() public pure returns (bytes memory) {
        return abi.encode(l2BlockNumber());
    }

    function gameData() external view returns (GameType, Claim, bytes memory) {
        return (gameType(), rootClaim(), extraData());
    }

    /// @inheritdoc IVitalDisputeGame
    function startingOutputRoot() external view returns (Hash, uint256) {
        return (startingRootHash, startingBlockNumber);
    }

    /// @inheritdoc IVitalDisputeGame
    function absolutePrestate() external view returns (Claim) {
        return ABSOLUTE_PRESTATE;
    }

    /// @inheritdoc IVitalDisputeGame
    function maxGameDepth() external view returns (uint256) {
        return MAX_GAME_DEPTH;
    }

    /// @inheritdoc IVitalDisputeGame
    function splitDepth() external view returns (uint256) {
        return SPLIT_DEPTH;
    }

    /// @inheritdoc IVitalDisputeGame
    function maxClockDuration() external view returns (Duration) {
        return Duration.wrap(MAX_CLOCK_DURATION);
    }

    /// @inheritdoc IVitalDisputeGame
    function clockExtension() external view returns (Duration) {
        return Duration.wrap(CLOCK_EXTENSION);
    }

    /// @inheritdoc IVitalDisputeGame
    function vm() external view returns (IBigStepper) {
        return VM;
    }

    /// @inheritdoc IVitalDisputeGame
    function weth() external view returns (IDelayedWETH) {
        return WETH;
    }

    /// @inheritdoc IVitalDisputeGame
    function anchorStateRegistry() external view returns (IAnchorStateRegistry) {
        return ANCHOR_STATE_REGISTRY;
    }

    /// @inheritdoc IVitalDisputeGame
    function l2ChainId() external view returns (uint256) {
        return L2_CHAIN_ID;
    }

    /// @inheritdoc IVitalDisputeGame
    function configHash() external view returns (bytes32) {
        return CONFIG_HASH;
    }

    // --- internals ---

    /// @dev A claim's name in `claims`.
    function _claimHash(
        Claim claim,
        Position position,
        uint256 challengeIndex
    ) private pure returns (Hash) {
        uint256 place = uint256(position.raw()) << 128 | uint128(challengeIndex);
        return Hash.wrap(keccak256(abi.encode(claim, place)));
    }

    /// @dev The bond of the deepest claims is `HIGH_GAS / BASE_GAS` times that of the root.
    function _bondGrowth(
        uint256 depth
    ) private pure returns (int256) {
        uint256 ln =
            uint256(FixedPointMathLib.lnWad(int256(HIGH_GAS / BASE_GAS * FixedPointMathLib.WAD)));
        uint256 fraction =
            FixedPointMathLib.divWad(FixedPointMathLib.WAD, depth * FixedPointMathLib.WAD);
        return FixedPointMathLib.expWad(int256(FixedPointMathLib.mulWad(ln, fraction)));
    }

    /// @dev A claim's bond, which is what its position requires.
    function _bondOf(
        uint256 claimIndex,
        Position position
    ) private view returns (uint256) {
        return claimIndex == 0 ? _rootBond : getRequiredBond(position);
    }

    /// @dev The time used up by the side that makes a claim, so that it has enough left to answer
    /// what counters it: it may have inherited the clock of a stranger.
    function _extended(
        uint64 duration,
        uint256 depth
    ) private view returns (uint64) {
        uint64 extension = CLOCK_EXTENSION;
        // The answer is the root of a trace, for which the program must be executed.
        if (depth == SPLIT_DEPTH - 1) extension += CLOCK_EXTENSION;
        // The answer is a step, for which the oracle must be ready.
        else if (depth == MAX_GAME_DEPTH - 1) extension += CHALLENGE_PERIOD;
        uint64 latest = MAX_CLOCK_DURATION - extension;
        return duration > latest ? latest : duration;
    }

    /// @dev A claim about a whole trace says in its first byte how the program ended: it cannot
    /// have found valid what its own side disputes, nor invalid what its side claims.
    function _checkTraceRoot(
        Claim claim,
        uint256 parentIndex,
        Position parentPosition,
        bool isAttack
    ) private view {
        bool disputes = isAttack;
        if (!isAttack) {
            Position disputed = Position.wrap(parentPosition.raw() + 1);
            uint256 depth = _nodes.findTraceAncestor(disputed, parentIndex, 0).position.depth();
            disputes = depth % 2 == SPLIT_DEPTH % 2;
        }
        uint8 vmStatus = uint8(Claim.unwrap(claim)[0]);
        bool fits = disputes
            ? vmStatus == VMStatus.INVALID || vmStatus == VMStatus.PANIC
            : vmStatus == VMStatus.VALID;
        if (!fits) revert UnexpectedRootClaim(claim);
    }

    /// @dev What a step starts from, what it must lead to, and whether the latter was claimed by
    /// the side of the claim that is countered.
    function _stepStates(
        ClaimTree.Node storage node,
        bool isAttack
    ) private view returns (Claim preState, Claim postState, bool sameSide) {
        uint128 position = node.position.raw();
        uint256 parent = node.parentIndex;
        if (!isAttack) {
            ClaimTree.Node storage post =
                _nodes.findTraceAncestor(Position.wrap(position + 1), parent, SPLIT_DEPTH);
            sameSide = (MAX_GAME_DEPTH - post.position.depth()) % 2 == 0;
            return (node.claim, post.claim, sameSide);
        }
        // The first instruction of a trace starts from where every trace starts.
        // forge-lint: disable-next-line(incorrect-shift)
        bool isFirst = position % (1 << (MAX_GAME_DEPTH - SPLIT_DEPTH)) == 0;
        preState = isFirst
            ? ABSOLUTE_PRESTATE
            : _nodes.findTraceAncestor(Position.wrap(position - 1), parent, SPLIT_DEPTH).claim;
        return (preState, node.claim, true);
    }

    /// @dev Whose local data a step reads: the two output roots that the trace stands between.
    function _localContext(
        uint256 claimIndex
    ) private view returns (bytes32) {
        (Claim starting, Position startingPosition, Claim disputed, Position disputedPosition) =
            _nodes.findOutputs(claimIndex, SPLIT_DEPTH);
        return _context(starting, startingPosition, disputed, disputedPosition);
    }

    function _context(
        Claim starting,
        Position startingPosition,
        Claim disputed,
        Position disputedPosition
    ) private pure returns (bytes32) {
        return startingPosition.raw() == 0
            ? keccak256(abi.encode(disputed, disputedPosition))
            : keccak256(abi.encode(starting, startingPosition, disputed, disputedPosition));
    }

    /// @dev Looks at up to `limit` more of the claims that counter one, all if 0, newest first: of
    /// several at the leftmost position that stand the oldest counts.
    function _advance(
        uint256 claimIndex,
        ClaimTree.Node storage node,
        uint256 limit
    ) private returns (Checkpoint memory checkpoint) {
        checkpoint = _checkpoints[claimIndex];
        if (!checkpoint.begun) {
            checkpoint.begun = true;
            checkpoint.next = node.lastChild;
            checkpoint.leftmostPosition = Position.wrap(type(uint128).max);
        }
        uint256 left = node.children - checkpoint.done;
        if (limit != 0 && limit < left) left = limit;
        for (; left > 0; --left) {
            if (!resolvedSubgames[checkpoint.next]) revert OutOfOrderResolution();
            ClaimTree.Node storage child = _nodes[checkpoint.next];
            bool stands = child.counteredBy == address(0);
            if (stands && child.position.raw() <= checkpoint.leftmostPosition.raw()) {
                checkpoint.counteredBy = child.claimant;
                checkpoint.leftmostPosition = child.position;
            }
            checkpoint.next = child.previousSibling;
            checkpoint.done += 1;
        }
        _checkpoints[claimIndex] = checkpoint;
    }

    function _argument(
        uint256 offset
    ) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(sub(calldatasize(), ARGS_SIZE), offset))
        }
    }
}

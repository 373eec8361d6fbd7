// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { PreimageOracle } from "../../../src/vital/PreimageOracle.sol";
import { VitalDisputeGame } from "../../../src/vital/VitalDisputeGame.sol";
import { IAnchorStateRegistry } from "../../../src/vital/interfaces/IAnchorStateRegistry.sol";
import { IDelayedWETH } from "../../../src/vital/interfaces/IDelayedWETH.sol";
import { IVitalDisputeGame } from "../../../src/vital/interfaces/IVitalDisputeGame.sol";
import { Claim, Clock, Duration, GameType } from "../../../src/vital/libraries/DisputeTypes.sol";
import { Position } from "../../../src/vital/libraries/LibPosition.sol";
import { Counting, CountingVm } from "./CountingVm.sol";
import { Test } from "forge-std/Test.sol";

interface IProxy {
    function upgradeTo(
        address implementation
    ) external;
}

interface IFactory {
    function initialize(
        address owner
    ) external;
    function setImplementation(
        GameType gameType,
        address impl
    ) external;
    function setInitBond(
        GameType gameType,
        uint256 bond
    ) external;
    function create(
        GameType gameType,
        Claim rootClaim,
        bytes calldata extraData
    ) external payable returns (address);
}

interface IRegistry {
    struct OutputRoot {
        bytes32 root;
        uint256 l2BlockNumber;
    }

    struct StartingAnchorRoot {
        GameType gameType;
        OutputRoot outputRoot;
    }

    function initialize(
        StartingAnchorRoot[] memory roots
    ) external;
}

interface ISafe {
    function initialize(
        address owner,
        address superchainConfig
    ) external;
    function balanceOf(
        address account
    ) external view returns (uint256);
}

/// @notice A claim as `claimData` answers it.
struct ClaimView {
    uint32 parentIndex;
    address counteredBy;
    address claimant;
    uint128 bond;
    Claim claim;
    Position position;
    Clock clock;
}

/// @notice The game between the OP Stack's own contracts: its factory, registry and safe for bonds,
/// from the artifacts that are deployed.
abstract contract GameTest is Test {
    string private constant ARTIFACTS =
        "../node_modules/@eth-optimism/contracts-bedrock/forge-artifacts/";

    GameType internal constant GAME_TYPE = GameType.wrap(0x56495441);
    uint256 internal constant SPLIT_DEPTH = 4;
    /// @dev A trace has 2^(MAX_DEPTH - SPLIT_DEPTH - 1) instructions.
    uint256 internal constant MAX_DEPTH = 8;
    uint256 internal constant TRACE_DEPTH = MAX_DEPTH - SPLIT_DEPTH - 1;
    uint64 internal constant MAX_CLOCK = 3.5 days;
    uint64 internal constant EXTENSION = 3 hours;
    uint256 internal constant WETH_DELAY = 7 days;
    uint256 internal constant INIT_BOND = 0.08 ether;
    uint256 internal constant ANCHOR = 100;
    /// @dev Not the last block that claims have positions for, so that the cap counts.
    uint256 internal constant L2_BLOCK = ANCHOR + 11;
    uint256 internal constant CHAIN_ID = 901;
    bytes32 internal constant CONFIG_HASH = keccak256("config");

    PreimageOracle internal oracle;
    CountingVm internal stepper;
    IFactory internal factory;
    IAnchorStateRegistry internal registry;
    ISafe internal safe;
    VitalDisputeGame internal implementation;
    Claim internal absolutePrestate;
    address internal proposer = makeAddr("proposer");

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        vm.roll(20_000_000);
        oracle = new PreimageOracle();
        stepper = new CountingVm(oracle);
        absolutePrestate = Claim.wrap(Counting.hashOf(Counting.stateAt(0, false)));

        factory = IFactory(_proxy(_deploy("DisputeGameFactory", "")));
        factory.initialize(address(this));
        IRegistry.StartingAnchorRoot[] memory roots = new IRegistry.StartingAnchorRoot[](1);
        roots[0] = IRegistry.StartingAnchorRoot(
            GAME_TYPE, IRegistry.OutputRoot(Counting.outputRoot(ANCHOR), ANCHOR)
        );
        registry = IAnchorStateRegistry(
            _proxy(_deploy("AnchorStateRegistry", abi.encode(address(factory))))
        );
        IRegistry(address(registry)).initialize(roots);
        safe = ISafe(_proxy(_deploy("DelayedWETH", abi.encode(WETH_DELAY))));
        // The superchain's pause: never.
        address superchain = makeAddr("superchain");
        vm.mockCall(superchain, abi.encodeWithSignature("paused()"), abi.encode(false));
        safe.initialize(makeAddr("safe owner"), superchain);

        implementation = new VitalDisputeGame(_params());
        factory.setImplementation(GAME_TYPE, address(implementation));
        factory.setInitBond(GAME_TYPE, INIT_BOND);
    }

    function _params() internal view returns (IVitalDisputeGame.GameConstructorParams memory) {
        return IVitalDisputeGame.GameConstructorParams({
            gameType: GAME_TYPE,
            absolutePrestate: absolutePrestate,
            maxGameDepth: MAX_DEPTH,
            splitDepth: SPLIT_DEPTH,
            clockExtension: Duration.wrap(EXTENSION),
            maxClockDuration: Duration.wrap(MAX_CLOCK),
            vm: stepper,
            weth: IDelayedWETH(address(safe)),
            anchorStateRegistry: registry,
            l2ChainId: CHAIN_ID,
            configHash: CONFIG_HASH
        });
    }

    function _deploy(
        string memory name,
        bytes memory arguments
    ) private returns (address at) {
        bytes memory code = abi.encodePacked(
            vm.getCode(string.concat(ARTIFACTS, name, ".sol/", name, ".json")), arguments
        );
        assembly ("memory-safe") {
            at := create(0, add(code, 0x20), mload(code))
        }
        require(at != address(0), name);
    }

    function _proxy(
        address impl
    ) private returns (address) {
        address proxy = _deploy("Proxy", abi.encode(address(this)));
        IProxy(proxy).upgradeTo(impl);
        return proxy;
    }

    function _create(
        bytes32 rootClaim,
        uint256 l2Block
    ) internal returns (VitalDisputeGame) {
        vm.deal(proposer, proposer.balance + INIT_BOND);
        vm.prank(proposer);
        return VitalDisputeGame(
            payable(factory.create{ value: INIT_BOND }(
                    GAME_TYPE, Claim.wrap(rootClaim), abi.encode(l2Block)
                ))
        );
    }

    function _claim(
        VitalDisputeGame game,
        uint256 index
    ) internal view returns (ClaimView memory data) {
        (
            data.parentIndex,
            data.counteredBy,
            data.claimant,
            data.bond,
            data.claim,
            data.position,
            data.clock
        ) = game.claimData(index);
    }

    /// @dev Moves as `who`, who is given the bond, and answers the new claim's index.
    function _move(
        VitalDisputeGame game,
        address who,
        uint256 index,
        bytes32 claim,
        bool isAttack
    ) internal returns (uint256) {
        ClaimView memory parent = _claim(game, index);
        uint256 bond = game.getRequiredBond(parent.position.move(isAttack));
        vm.deal(who, who.balance + bond);
        vm.prank(who);
        game.move{ value: bond }(parent.claim, index, Claim.wrap(claim), isAttack);
        return game.claimDataLen() - 1;
    }

    /// @dev Resolves all claims, the newest first, and the game.
    function _resolve(
        VitalDisputeGame game
    ) internal {
        for (uint256 left = game.claimDataLen(); left > 0; --left) {
            game.resolveClaim(left - 1, 0);
        }
        game.resolve();
    }

    /// @dev The honest output root for a claim's position.
    function _honestOutput(
        VitalDisputeGame game,
        Position position
    ) internal view returns (bytes32) {
        uint256 number = game.startingBlockNumber() + position.traceIndex(SPLIT_DEPTH) + 1;
        uint256 last = game.l2BlockNumber();
        return Counting.outputRoot(number < last ? number : last);
    }

    /// @dev The two output roots around a claim about a trace, and the block of the second.
    function _outputs(
        VitalDisputeGame game,
        uint256 index
    ) internal view returns (bytes32 disputed, uint256 number) {
        ClaimView memory claim = _claim(game, index);
        Position root;
        while (claim.position.depth() > SPLIT_DEPTH) {
            root = claim.position;
            index = claim.parentIndex;
            claim = _claim(game, index);
        }
        if (root.parent().raw() != claim.position.raw()) {
            Position wanted = Position.wrap(claim.position.raw() + 1).traceAncestor();
            while (claim.position.raw() != wanted.raw()) claim = _claim(game, claim.parentIndex);
        }
        number = game.startingBlockNumber() + claim.position.traceIndex(SPLIT_DEPTH) + 1;
        if (number > game.l2BlockNumber()) number = game.l2BlockNumber();
        return (Claim.unwrap(claim.claim), number);
    }

    /// @dev Whether the program would find valid what a claim about a trace is about.
    function _traceValid(
        VitalDisputeGame game,
        uint256 index
    ) internal view returns (bool) {
        (bytes32 disputed, uint256 number) = _outputs(game, index);
        return Counting.isValid(disputed, number);
    }

    /// @dev Instructions executed up to and including what a position below the split commits to.
    function _steps(
        Position position
    ) internal pure returns (uint256) {
        return (position.traceIndex(MAX_DEPTH) % (1 << (MAX_DEPTH - SPLIT_DEPTH))) + 1;
    }

    /// @dev The honest claim for a move against `index`.
    function _honestClaim(
        VitalDisputeGame game,
        uint256 index,
        bool isAttack
    ) internal view returns (bytes32) {
        Position parent = _claim(game, index).position;
        Position position = parent.move(isAttack);
        if (position.depth() <= SPLIT_DEPTH) return _honestOutput(game, position);
        bool valid;
        if (parent.depth() > SPLIT_DEPTH) {
            valid = _traceValid(game, index);
        } else {
            // The trace's root: the move itself decides which output roots it stands between.
            (bytes32 disputed, uint256 number) = _outputsOfRoot(game, index, isAttack);
            valid = Counting.isValid(disputed, number);
        }
        return Counting.hashOf(Counting.stateAt(_steps(position), valid));
    }

    function _outputsOfRoot(
        VitalDisputeGame game,
        uint256 index,
        bool isAttack
    ) private view returns (bytes32 disputed, uint256 number) {
        ClaimView memory claim = _claim(game, index);
        if (!isAttack) {
            Position wanted = Position.wrap(claim.position.raw() + 1).traceAncestor();
            while (claim.position.raw() != wanted.raw()) claim = _claim(game, claim.parentIndex);
        }
        number = game.startingBlockNumber() + claim.position.traceIndex(SPLIT_DEPTH) + 1;
        if (number > game.l2BlockNumber()) number = game.l2BlockNumber();
        return (Claim.unwrap(claim.claim), number);
    }

    /// @dev Whether a claim says what is true.
    function _isTrue(
        VitalDisputeGame game,
        uint256 index
    ) internal view returns (bool) {
        ClaimView memory claim = _claim(game, index);
        bytes32 honest = claim.position.depth() <= SPLIT_DEPTH
            ? _honestOutput(game, claim.position)
            : Counting.hashOf(Counting.stateAt(_steps(claim.position), _traceValid(game, index)));
        return Claim.unwrap(claim.claim) == honest;
    }

    /// @dev Counters a claim at the deepest level, which is false or follows from a false one.
    function _step(
        VitalDisputeGame game,
        address who,
        uint256 index,
        bool isAttack
    ) internal {
        uint256 steps = _steps(_claim(game, index).position);
        if (isAttack) --steps;
        if (steps == 0) {
            game.addLocalData(3, index, 8);
            game.addLocalData(4, index, 8);
        }
        bytes memory state = abi.encode(Counting.stateAt(steps, _traceValid(game, index)));
        vm.prank(who);
        game.step(index, isAttack, state, "");
    }
}

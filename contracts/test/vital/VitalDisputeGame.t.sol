// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { VitalDisputeGame } from "../../src/vital/VitalDisputeGame.sol";
import { IVitalDisputeGame } from "../../src/vital/interfaces/IVitalDisputeGame.sol";
import "../../src/vital/libraries/DisputeTypes.sol";
import { LibPosition, Position } from "../../src/vital/libraries/LibPosition.sol";
import { PreimageKey } from "../../src/vital/libraries/PreimageKey.sol";
import { Counting } from "./utils/CountingVm.sol";
import { ClaimView, GameTest } from "./utils/GameTest.sol";
import { RLP } from "@openzeppelin/contracts/utils/RLP.sol";

/// @dev Takes its credit and comes back for more.
contract Reentrant {
    VitalDisputeGame private immutable GAME;
    uint256 public received;

    constructor(
        VitalDisputeGame game
    ) {
        GAME = game;
    }

    function move(
        uint256 index,
        Claim disputed,
        Claim claim
    ) external payable {
        GAME.move{ value: msg.value }(disputed, index, claim, true);
    }

    receive() external payable {
        received += msg.value;
        try GAME.claimCredit(address(this)) {
            revert("paid twice");
        } catch (bytes memory reason) {
            require(bytes4(reason) == NoCreditToClaim.selector, "another reason");
        }
    }
}

/// @dev Takes no ether.
contract Refuser { }

contract VitalDisputeGameTest is GameTest {
    VitalDisputeGame internal game;
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");

    function setUp() public override {
        super.setUp();
        game = _create(Counting.outputRoot(L2_BLOCK), L2_BLOCK);
    }

    function _lie(
        uint8 vmStatus,
        bytes memory seed
    ) private pure returns (bytes32) {
        return bytes32(uint256(vmStatus) << 248) | (keccak256(seed) >> 8);
    }

    function _bondAt(
        uint256 depth
    ) private view returns (uint256) {
        return game.getRequiredBond(Position.wrap(uint128(1 << depth)));
    }

    /// @dev Attacks down the left edge, each claim by the other side, to a depth.
    function _attackDownTo(
        uint256 depth
    ) private returns (uint256 index) {
        for (uint256 at = 1; at <= depth; ++at) {
            uint8 status = at == SPLIT_DEPTH + 1 ? VMStatus.INVALID : VMStatus.UNFINISHED;
            index =
                _move(game, at % 2 == 1 ? alice : bob, index, _lie(status, abi.encode(at)), true);
        }
    }

    // --- creation ---

    function test_create_state() public view {
        assertEq(game.gameCreator(), proposer);
        assertEq(Claim.unwrap(game.rootClaim()), Counting.outputRoot(L2_BLOCK));
        assertEq(Hash.unwrap(game.l1Head()), blockhash(block.number - 1));
        assertEq(game.l2BlockNumber(), L2_BLOCK);
        assertEq(game.l2SequenceNumber(), L2_BLOCK);
        assertEq(game.extraData(), abi.encode(L2_BLOCK));
        assertEq(Timestamp.unwrap(game.createdAt()), block.timestamp);
        assertEq(Timestamp.unwrap(game.resolvedAt()), 0);
        assertTrue(game.status() == GameStatus.IN_PROGRESS);
        assertEq(game.startingBlockNumber(), ANCHOR);
        assertEq(Hash.unwrap(game.startingRootHash()), Counting.outputRoot(ANCHOR));
        (Hash root, uint256 number) = game.startingOutputRoot();
        assertEq(Hash.unwrap(root), Counting.outputRoot(ANCHOR));
        assertEq(number, ANCHOR);
        (GameType gameType, Claim claim, bytes memory extra) = game.gameData();
        assertEq(GameType.unwrap(gameType), GameType.unwrap(GAME_TYPE));
        assertEq(Claim.unwrap(claim), Counting.outputRoot(L2_BLOCK));
        assertEq(extra, abi.encode(L2_BLOCK));
        ClaimView memory node = _claim(game, 0);
        assertEq(node.parentIndex, type(uint32).max);
        assertEq(node.claimant, proposer);
        assertEq(node.counteredBy, address(0));
        assertEq(node.bond, INIT_BOND);
        assertEq(node.position.raw(), 1);
        assertEq(Clock.unwrap(node.clock), block.timestamp);
        assertEq(safe.balanceOf(address(game)), INIT_BOND);
        assertEq(game.claimDataLen(), 1);
    }

    function test_create_immutables() public view {
        assertEq(Claim.unwrap(game.absolutePrestate()), Claim.unwrap(absolutePrestate));
        assertEq(game.maxGameDepth(), MAX_DEPTH);
        assertEq(game.splitDepth(), SPLIT_DEPTH);
        assertEq(Duration.unwrap(game.maxClockDuration()), MAX_CLOCK);
        assertEq(Duration.unwrap(game.clockExtension()), EXTENSION);
        assertEq(address(game.vm()), address(stepper));
        assertEq(address(game.weth()), address(safe));
        assertEq(address(game.anchorStateRegistry()), address(registry));
        assertEq(game.l2ChainId(), CHAIN_ID);
        assertEq(game.configHash(), CONFIG_HASH);
        assertEq(game.version(), "1.3.1-vital");
    }

    function test_create_onlyOnce() public {
        vm.expectRevert(AlreadyInitialized.selector);
        game.initialize();
        vm.expectRevert(AlreadyInitialized.selector);
        implementation.initialize();
    }

    function test_create_notAboveTheAnchor() public {
        for (uint256 number = ANCHOR - 1; number <= ANCHOR; ++number) {
            bytes32 root = keccak256(abi.encode(number));
            vm.expectRevert(abi.encodeWithSelector(UnexpectedRootClaim.selector, root));
            factory.create{ value: INIT_BOND }(GAME_TYPE, Claim.wrap(root), abi.encode(number));
        }
    }

    /// @dev Games that began on an anchor are about what follows it, also when it moved on since;
    /// one that ends late does not take the newer anchor back.
    function test_create_onAnAnchorThatMovesOn() public {
        VitalDisputeGame older = _create("older", ANCHOR + 2);
        VitalDisputeGame newer = _create("newer", ANCHOR + 5);
        vm.warp(block.timestamp + MAX_CLOCK);
        _resolve(newer);
        (Hash root, uint256 number) = registry.anchors(GAME_TYPE);
        assertEq(Hash.unwrap(root), "newer");
        assertEq(number, ANCHOR + 5);
        assertEq(older.startingBlockNumber(), ANCHOR);
        _resolve(older);
        assertTrue(older.status() == GameStatus.DEFENDER_WINS);
        (root, number) = registry.anchors(GAME_TYPE);
        assertEq(Hash.unwrap(root), "newer");
        assertEq(number, ANCHOR + 5);
        // What the anchor has reached, or passed, nobody claims again.
        for (uint256 block_ = ANCHOR + 4; block_ <= ANCHOR + 5; ++block_) {
            bytes memory extra = abi.encode(block_);
            vm.expectRevert(abi.encodeWithSelector(UnexpectedRootClaim.selector, bytes32("again")));
            factory.create{ value: INIT_BOND }(GAME_TYPE, Claim.wrap("again"), extra);
        }
    }

    function test_create_extraDataOfOneLength() public {
        bytes[3] memory extras =
            [bytes(""), abi.encodePacked(uint248(L2_BLOCK)), abi.encodePacked(L2_BLOCK, uint8(0))];
        for (uint256 i; i < extras.length; ++i) {
            vm.expectRevert(BadExtraData.selector);
            factory.create{ value: INIT_BOND }(GAME_TYPE, Claim.wrap("root"), extras[i]);
        }
    }

    function test_create_needsAnAnchor() public {
        IVitalDisputeGame.GameConstructorParams memory params = _params();
        params.gameType = GameType.wrap(7);
        factory.setImplementation(GameType.wrap(7), address(new VitalDisputeGame(params)));
        vm.expectRevert(AnchorRootNotFound.selector);
        factory.create(GameType.wrap(7), Claim.wrap("root"), abi.encode(L2_BLOCK));
    }

    function test_construct_refusals() public {
        IVitalDisputeGame.GameConstructorParams memory params = _params();
        params.maxGameDepth = 126;
        vm.expectRevert(MaxDepthTooLarge.selector);
        new VitalDisputeGame(params);
        params.maxGameDepth = 125;
        params.splitDepth = 125;
        vm.expectRevert(InvalidSplitDepth.selector);
        new VitalDisputeGame(params);
        params.splitDepth = 1;
        vm.expectRevert(InvalidSplitDepth.selector);
        new VitalDisputeGame(params);
        params.splitDepth = 124;
        new VitalDisputeGame(params);
        params.clockExtension = Duration.wrap(MAX_CLOCK / 2 + 1);
        vm.expectRevert(InvalidClockExtension.selector);
        new VitalDisputeGame(params);
        params.clockExtension = Duration.wrap(EXTENSION);
        vm.mockCall(
            address(oracle),
            abi.encodeCall(oracle.challengePeriod, ()),
            abi.encode(MAX_CLOCK - EXTENSION + 1)
        );
        vm.expectRevert(InvalidClockExtension.selector);
        new VitalDisputeGame(params);
    }

    // --- moves ---

    function test_move_addsAClaim() public {
        vm.warp(block.timestamp + 100);
        bytes32 lie = _lie(0, "a");
        vm.expectEmit(address(game));
        emit IVitalDisputeGame.Move(0, Claim.wrap(lie), alice);
        uint256 index = _move(game, alice, 0, lie, true);
        ClaimView memory node = _claim(game, index);
        assertEq(node.parentIndex, 0);
        assertEq(node.claimant, alice);
        assertEq(node.bond, _bondAt(1));
        assertEq(Claim.unwrap(node.claim), lie);
        assertEq(node.position.raw(), 2);
        assertEq(Clock.unwrap(node.clock), uint256(100) << 64 | block.timestamp);
        assertEq(safe.balanceOf(address(game)), INIT_BOND + _bondAt(1));
        assertEq(game.subgames(0, 0), index);
        assertEq(game.getNumToResolve(0), 1);
        bytes32 name = keccak256(abi.encode(lie, uint256(2) << 128));
        assertTrue(game.claims(Hash.wrap(name)));
    }

    function test_move_childrenInOrder() public {
        for (uint256 i = 1; i <= 4; ++i) {
            assertEq(_move(game, alice, 0, _lie(0, abi.encode(i)), true), i);
        }
        for (uint256 i; i < 4; ++i) {
            assertEq(game.subgames(0, i), i + 1);
        }
        vm.expectRevert();
        game.subgames(0, 4);
    }

    function test_move_refusals() public {
        Claim root = game.rootClaim();
        uint256 bond = _bondAt(1);
        vm.expectRevert(InvalidDisputedClaimIndex.selector);
        game.attack{ value: bond }(Claim.wrap("another"), 0, Claim.wrap("a"));
        vm.expectRevert(CannotDefendRootClaim.selector);
        game.defend{ value: bond }(root, 0, Claim.wrap("a"));
        vm.expectRevert(IncorrectBondAmount.selector);
        game.attack{ value: bond - 1 }(root, 0, Claim.wrap("a"));
        vm.expectRevert(IncorrectBondAmount.selector);
        game.attack{ value: bond + 1 }(root, 0, Claim.wrap("a"));
        game.attack{ value: bond }(root, 0, Claim.wrap("a"));
        vm.expectRevert(ClaimAlreadyExists.selector);
        game.attack{ value: bond }(root, 0, Claim.wrap("a"));
        vm.expectRevert();
        game.attack{ value: bond }(root, 9, Claim.wrap("a"));
    }

    function test_move_notBelowTheDeepest() public {
        uint256 index = _attackDownTo(MAX_DEPTH);
        Claim disputed = _claim(game, index).claim;
        vm.expectRevert(GameDepthExceeded.selector);
        game.attack(disputed, index, Claim.wrap("a"));
        vm.expectRevert(GameDepthExceeded.selector);
        game.getRequiredBond(Position.wrap(uint128(1 << (MAX_DEPTH + 1))));
    }

    function test_move_traceRootCannotBeDefended() public {
        uint256 index = _attackDownTo(SPLIT_DEPTH + 1);
        Claim disputed = _claim(game, index).claim;
        uint256 bond = _bondAt(SPLIT_DEPTH + 2);
        vm.expectRevert(CannotDefendRootClaim.selector);
        game.defend{ value: bond }(disputed, index, Claim.wrap("a"));
    }

    function test_move_traceRootSaysHowTheProgramEnds() public {
        uint256 index = _attackDownTo(SPLIT_DEPTH);
        Claim disputed = _claim(game, index).claim;
        uint256 bond = _bondAt(SPLIT_DEPTH + 1);
        uint8[3] memory wrong = [VMStatus.VALID, VMStatus.UNFINISHED, 255];
        for (uint256 i; i < wrong.length; ++i) {
            Claim claim = Claim.wrap(_lie(wrong[i], "a"));
            vm.expectRevert(abi.encodeWithSelector(UnexpectedRootClaim.selector, claim));
            game.attack{ value: bond }(disputed, index, claim);
        }
        game.attack{ value: bond }(disputed, index, Claim.wrap(_lie(VMStatus.INVALID, "a")));
        game.attack{ value: bond }(disputed, index, Claim.wrap(_lie(VMStatus.PANIC, "a")));
        // A defense agrees with the leaf, so that the one right of it is disputed. Here that is the
        // claim at depth 3, made by the other side of the leaf's: the defender's own.
        Claim invalid = Claim.wrap(_lie(VMStatus.INVALID, "b"));
        vm.expectRevert(abi.encodeWithSelector(UnexpectedRootClaim.selector, invalid));
        game.defend{ value: bond }(disputed, index, invalid);
        game.defend{ value: bond }(disputed, index, Claim.wrap(_lie(VMStatus.VALID, "b")));
    }

    // --- bonds ---

    /// @dev The specs' figures: 400,000 gas at the top, 300 million at the bottom, at 200 gwei.
    function test_bonds() public {
        assertEq(_bondAt(0), 0.08 ether);
        assertApproxEqRel(_bondAt(MAX_DEPTH), 60 ether, 1e12);
        IVitalDisputeGame.GameConstructorParams memory params = _params();
        params.maxGameDepth = 73;
        params.splitDepth = 30;
        game = new VitalDisputeGame(params);
        assertEq(_bondAt(0), 0.08 ether);
        assertApproxEqRel(_bondAt(73), 60 ether, 1e12);
        for (uint256 depth = 1; depth <= 73; ++depth) {
            assertApproxEqRel(_bondAt(depth), _bondAt(depth - 1) * 109_493 / 100_000, 1e14);
        }
    }

    // --- clocks ---

    function test_clock_runsOut() public {
        vm.warp(block.timestamp + MAX_CLOCK - 1);
        uint256 index = _move(game, alice, 0, _lie(0, "a"), true);
        vm.warp(block.timestamp + 1);
        Claim root = game.rootClaim();
        uint256 bond = _bondAt(1);
        vm.expectRevert(ClockTimeExceeded.selector);
        game.attack{ value: bond }(root, 0, Claim.wrap("b"));
        assertEq(Duration.unwrap(game.getChallengerDuration(0)), MAX_CLOCK);
        // The proposer's own clock has just begun to run.
        assertEq(Duration.unwrap(game.getChallengerDuration(index)), 1);
    }

    function test_clock_isInherited() public {
        vm.warp(block.timestamp + 1000);
        uint256 first = _move(game, alice, 0, _lie(0, "a"), true);
        vm.warp(block.timestamp + 200);
        uint256 second = _move(game, bob, first, _lie(0, "b"), true);
        vm.warp(block.timestamp + 30);
        uint256 third = _move(game, alice, second, _lie(0, "c"), true);
        assertEq(Clock.unwrap(_claim(game, first).clock) >> 64, 1000);
        assertEq(Clock.unwrap(_claim(game, second).clock) >> 64, 200);
        assertEq(Clock.unwrap(_claim(game, third).clock) >> 64, 1030);
    }

    /// @dev Each depth, moved at the last moment.
    function test_clock_extensions() public {
        uint64 period = 1 days;
        vm.mockCall(address(oracle), abi.encodeCall(oracle.challengePeriod, ()), abi.encode(period));
        VitalDisputeGame slow = new VitalDisputeGame(_params());
        vm.clearMockedCalls();
        factory.setImplementation(GAME_TYPE, address(slow));
        vm.mockCall(makeAddr("superchain"), abi.encodeWithSignature("paused()"), abi.encode(false));
        game = _create(keccak256("another"), L2_BLOCK);
        uint256 index;
        for (uint256 depth = 1; depth <= MAX_DEPTH; ++depth) {
            uint256 used = Duration.unwrap(game.getChallengerDuration(index));
            vm.warp(block.timestamp + MAX_CLOCK - used - 1);
            uint8 status = depth == SPLIT_DEPTH + 1 ? VMStatus.INVALID : VMStatus.UNFINISHED;
            index = _move(game, alice, index, _lie(status, abi.encode(depth)), true);
            uint256 left = MAX_CLOCK - (Clock.unwrap(_claim(game, index).clock) >> 64);
            uint256 expected = EXTENSION;
            if (depth == SPLIT_DEPTH - 1) expected = 2 * EXTENSION;
            if (depth == MAX_DEPTH - 1) expected = EXTENSION + period;
            assertEq(left, expected);
        }
    }

    /// @dev The double extension also counts when a little more than the single one is left.
    function test_clock_extensionOfTheTrace() public {
        uint256 index = _attackDownTo(SPLIT_DEPTH - 2);
        vm.warp(block.timestamp + MAX_CLOCK - EXTENSION - 10);
        index = _move(game, alice, index, _lie(0, "late"), true);
        uint256 left = MAX_CLOCK - (Clock.unwrap(_claim(game, index).clock) >> 64);
        assertEq(left, 2 * EXTENSION);
    }

    // --- local data ---

    function _local(
        uint256 ident,
        bytes32 context
    ) private view returns (bytes32 data, uint256 length) {
        return oracle.readPreimage(
            PreimageKey.localize(PreimageKey.local(ident), address(game), context), 8
        );
    }

    function test_local_ofTheFirstBlock() public {
        uint256 index = _attackDownTo(SPLIT_DEPTH + 2);
        for (uint256 ident = 1; ident <= 6; ++ident) {
            game.addLocalData(ident, index, 8);
        }
        ClaimView memory leaf = _claim(game, SPLIT_DEPTH);
        bytes32 context = keccak256(abi.encode(leaf.claim, leaf.position));
        (bytes32 data, uint256 length) = _local(1, context);
        assertEq(data, Hash.unwrap(game.l1Head()));
        assertEq(length, 32);
        (data,) = _local(2, context);
        assertEq(data, Counting.outputRoot(ANCHOR));
        (data,) = _local(3, context);
        assertEq(data, Claim.unwrap(leaf.claim));
        (data, length) = _local(4, context);
        assertEq(data, bytes32(uint256(ANCHOR + 1) << 192));
        assertEq(length, 8);
        (data,) = _local(5, context);
        assertEq(data, bytes32(CHAIN_ID << 192));
        (data, length) = _local(6, context);
        assertEq(data, CONFIG_HASH);
        assertEq(length, 32);
        vm.expectRevert(InvalidLocalIdent.selector);
        game.addLocalData(7, index, 8);
        vm.expectRevert(ClaimAboveSplit.selector);
        game.addLocalData(1, SPLIT_DEPTH, 8);
    }

    /// @dev Beyond the block that the root claim names, that block is disputed again.
    function test_local_blockNumberIsCapped() public {
        uint256 index = _move(game, alice, 0, _lie(0, "1"), true);
        // Defenses go right, to the end of the outputs.
        for (uint256 depth = 2; depth <= SPLIT_DEPTH; ++depth) {
            index = _move(game, bob, index, _lie(0, abi.encode(depth)), false);
        }
        uint256 number = ANCHOR + _claim(game, index).position.traceIndex(SPLIT_DEPTH) + 2;
        assertGt(number, L2_BLOCK);
        ClaimView memory leaf = _claim(game, index);
        index = _move(game, alice, index, _lie(VMStatus.INVALID, "trace"), false);
        game.addLocalData(4, index, 8);
        game.addLocalData(3, index, 8);
        ClaimView memory root = _claim(game, 0);
        bytes32 context =
            keccak256(abi.encode(leaf.claim, leaf.position, root.claim, root.position));
        (bytes32 data,) = _local(4, context);
        assertEq(data, bytes32(uint256(L2_BLOCK) << 192));
        (data,) = _local(3, context);
        assertEq(data, Claim.unwrap(game.rootClaim()));
    }

    // --- steps ---

    function test_step_refusals() public {
        uint256 index = _attackDownTo(MAX_DEPTH);
        bytes memory pre = abi.encode(Counting.stateAt(0, false));
        vm.expectRevert(InvalidParent.selector);
        game.step(index - 1, true, pre, "");
        vm.expectRevert(InvalidPrestate.selector);
        game.step(index, true, abi.encode(Counting.stateAt(1, true)), "");
        _step(game, alice, index, true);
        assertEq(_claim(game, index).counteredBy, alice);
        vm.expectRevert(DuplicateStep.selector);
        game.step(index, true, pre, "");
    }

    function test_step_trueClaimStands() public {
        uint256 index = _attackDownTo(MAX_DEPTH - 1);
        index = _move(game, bob, index, _honestClaim(game, index, true), true);
        game.addLocalData(3, index, 8);
        game.addLocalData(4, index, 8);
        vm.expectRevert(ValidStep.selector);
        game.step(index, true, abi.encode(Counting.stateAt(0, false)), "");
    }

    // --- the root's block number ---

    function _header(
        uint256 number
    ) private pure returns (bytes memory) {
        bytes[] memory fields = new bytes[](16);
        for (uint256 i; i < 16; ++i) {
            fields[i] = RLP.encode(i == 8 ? number : i + 300);
        }
        return RLP.encode(fields);
    }

    function _proof(
        bytes memory header
    ) private pure returns (IVitalDisputeGame.OutputRootProof memory) {
        return IVitalDisputeGame.OutputRootProof(0, "state", "passer", keccak256(header));
    }

    function testFuzz_l2Block_wrong(
        uint64 actual,
        uint256 claimed
    ) public {
        claimed = bound(claimed, ANCHOR + 1, type(uint256).max);
        vm.assume(actual != claimed);
        bytes memory header = _header(actual);
        game = _create(keccak256(abi.encode(_proof(header))), claimed);
        vm.expectEmit(address(game));
        emit IVitalDisputeGame.L2BlockChallenge(alice, actual);
        vm.prank(alice);
        game.challengeRootL2Block(_proof(header), header);
        assertTrue(game.l2BlockNumberChallenged());
        assertEq(game.l2BlockNumberChallenger(), alice);
        vm.expectRevert(L2BlockNumberChallenged.selector);
        game.challengeRootL2Block(_proof(header), header);
        Claim root = game.rootClaim();
        uint256 bond = _bondAt(1);
        vm.expectRevert(L2BlockNumberChallenged.selector);
        game.attack{ value: bond }(root, 0, Claim.wrap("a"));
        vm.warp(block.timestamp + MAX_CLOCK);
        _resolve(game);
        assertTrue(game.status() == GameStatus.CHALLENGER_WINS);
        assertEq(game.credit(alice), INIT_BOND);
    }

    function test_l2Block_refusals() public {
        bytes memory header = _header(L2_BLOCK);
        game = _create(keccak256(abi.encode(_proof(header))), L2_BLOCK);
        vm.expectRevert(BlockNumberMatches.selector);
        game.challengeRootL2Block(_proof(header), header);
        vm.expectRevert(InvalidHeaderRLP.selector);
        game.challengeRootL2Block(_proof(header), _header(1));
        vm.expectRevert(InvalidOutputRootProof.selector);
        game.challengeRootL2Block(_proof(_header(1)), _header(1));
        bytes memory garbage = hex"c180";
        game = _create(keccak256(abi.encode(_proof(garbage))), L2_BLOCK);
        vm.expectRevert();
        game.challengeRootL2Block(_proof(garbage), garbage);
    }

    /// @dev Any byte of the header or of the output root's parts: neither is then what the claim
    /// commits to, and a true claim cannot be ended by it.
    function testFuzz_l2Block_manipulated(
        uint256 at,
        uint8 change
    ) public {
        bytes memory header = _header(L2_BLOCK);
        game = _create(keccak256(abi.encode(_proof(header))), L2_BLOCK);
        IVitalDisputeGame.OutputRootProof memory proof = _proof(header);
        change = uint8(bound(change, 1, 255));
        bytes memory changed = bytes.concat(header);
        uint256 place = at % header.length;
        changed[place] = bytes1(uint8(changed[place]) ^ change);
        vm.expectRevert(InvalidHeaderRLP.selector);
        game.challengeRootL2Block(proof, changed);
        vm.expectRevert(InvalidHeaderRLP.selector);
        game.challengeRootL2Block(proof, bytes.concat(header, bytes1(change)));
        // Its hash in the proof does not help.
        vm.expectRevert(InvalidOutputRootProof.selector);
        game.challengeRootL2Block(_proof(changed), changed);
        bytes32 mask = bytes32(uint256(change) << (at % 32 * 8));
        if (at % 4 == 0) proof.version ^= mask;
        else if (at % 4 == 1) proof.stateRoot ^= mask;
        else if (at % 4 == 2) proof.messagePasserStorageRoot ^= mask;
        else proof.latestBlockhash ^= mask;
        vm.expectRevert(InvalidOutputRootProof.selector);
        game.challengeRootL2Block(proof, header);
        assertFalse(game.l2BlockNumberChallenged());
    }

    /// @dev The challenger of the number wins over whoever countered the root before.
    function test_l2Block_winsOverMoves() public {
        bytes memory header = _header(5);
        game = _create(keccak256(abi.encode(_proof(header))), L2_BLOCK);
        _move(game, alice, 0, _lie(0, "a"), true);
        vm.prank(bob);
        game.challengeRootL2Block(_proof(header), header);
        vm.warp(block.timestamp + MAX_CLOCK);
        _resolve(game);
        assertEq(game.credit(bob), INIT_BOND);
        assertEq(game.credit(alice), _bondAt(1));
    }

    // --- resolution ---

    function test_resolve_order() public {
        uint256 first = _move(game, alice, 0, _lie(0, "a"), true);
        uint256 second = _move(game, bob, first, _lie(0, "b"), true);
        vm.expectRevert(ClockNotExpired.selector);
        game.resolveClaim(0, 0);
        vm.warp(block.timestamp + MAX_CLOCK);
        vm.expectRevert(OutOfOrderResolution.selector);
        game.resolve();
        vm.expectRevert(OutOfOrderResolution.selector);
        game.resolveClaim(0, 0);
        vm.expectRevert(OutOfOrderResolution.selector);
        game.resolveClaim(first, 0);
        vm.expectEmit(address(game));
        emit IVitalDisputeGame.ClaimResolved(second, bob, _bondAt(2));
        game.resolveClaim(second, 0);
        vm.expectRevert(ClaimAlreadyResolved.selector);
        game.resolveClaim(second, 0);
        game.resolveClaim(first, 0);
        game.resolveClaim(0, 0);
        vm.expectEmit(address(game));
        emit IVitalDisputeGame.Resolved(GameStatus.DEFENDER_WINS);
        game.resolve();
        assertEq(game.credit(bob), _bondAt(1) + _bondAt(2));
        assertEq(game.credit(proposer), INIT_BOND);
        assertEq(Timestamp.unwrap(game.resolvedAt()), block.timestamp);
        _assertOver();
    }

    function _assertOver() private {
        Claim root = game.rootClaim();
        bytes4 over = GameNotInProgress.selector;
        vm.expectRevert(over);
        game.attack(root, 0, root);
        vm.expectRevert(over);
        game.step(0, true, "", "");
        vm.expectRevert(over);
        game.addLocalData(1, 0, 0);
        vm.expectRevert(over);
        game.resolveClaim(0, 0);
        vm.expectRevert(over);
        game.resolve();
        vm.expectRevert(over);
        game.getChallengerDuration(0);
        vm.expectRevert(over);
        game.challengeRootL2Block(_proof(""), "");
    }

    function test_resolve_inPieces() public {
        for (uint256 i; i < 10; ++i) {
            _move(game, alice, 0, _lie(0, abi.encode(i)), true);
        }
        vm.warp(block.timestamp + MAX_CLOCK);
        for (uint256 i = 1; i <= 10; ++i) {
            game.resolveClaim(i, 0);
        }
        game.resolveClaim(0, 4);
        assertEq(game.getNumToResolve(0), 6);
        (bool begun, uint32 done, Position leftmost, address countered) =
            game.resolutionCheckpoints(0);
        assertTrue(begun);
        assertEq(done, 4);
        assertEq(leftmost.raw(), 2);
        assertEq(countered, alice);
        assertFalse(game.resolvedSubgames(0));
        game.resolveClaim(0, 100);
        assertTrue(game.resolvedSubgames(0));
        game.resolve();
        assertTrue(game.status() == GameStatus.CHALLENGER_WINS);
    }

    /// @dev Of all that counter a claim the leftmost is paid, of several there the first.
    function test_resolve_leftmostIsPaid() public {
        uint256 first = _move(game, alice, 0, _lie(0, "a"), true);
        address carol = makeAddr("carol");
        address dave = makeAddr("dave");
        _move(game, bob, first, _lie(0, "right"), false);
        _move(game, carol, first, _lie(0, "left"), true);
        _move(game, dave, first, _lie(0, "left too"), true);
        vm.warp(block.timestamp + MAX_CLOCK);
        _resolve(game);
        assertEq(game.credit(carol), _bondAt(1) + _bondAt(2));
        assertEq(game.credit(bob), _bondAt(2));
        assertEq(game.credit(dave), _bondAt(2));
        assertEq(game.credit(alice), 0);
    }

    // --- credit ---

    function test_credit_afterTheDelay() public {
        vm.warp(block.timestamp + MAX_CLOCK);
        _resolve(game);
        vm.expectRevert();
        game.claimCredit(proposer);
        vm.warp(block.timestamp + WETH_DELAY + 1);
        vm.expectEmit(address(game));
        emit IVitalDisputeGame.CreditClaimed(proposer, INIT_BOND);
        game.claimCredit(proposer);
        assertEq(proposer.balance, INIT_BOND);
        vm.expectRevert(NoCreditToClaim.selector);
        game.claimCredit(proposer);
    }

    function test_credit_reentrancy() public {
        Reentrant reentrant = new Reentrant(game);
        uint256 bond = _bondAt(1);
        reentrant.move{ value: bond }(0, game.rootClaim(), Claim.wrap("a"));
        vm.warp(block.timestamp + MAX_CLOCK);
        _resolve(game);
        vm.warp(block.timestamp + WETH_DELAY + 1);
        game.claimCredit(address(reentrant));
        assertEq(reentrant.received(), INIT_BOND + bond);
    }

    function test_credit_refused() public {
        address refuser = address(new Refuser());
        _move(game, refuser, 0, _lie(0, "a"), true);
        vm.warp(block.timestamp + MAX_CLOCK);
        _resolve(game);
        vm.warp(block.timestamp + WETH_DELAY + 1);
        vm.expectRevert(BondTransferFailed.selector);
        game.claimCredit(refuser);
        assertEq(game.credit(refuser), INIT_BOND + _bondAt(1));
    }

    /// @dev The superchain's pause stops what leaves the safe, not the dispute: clocks run on.
    function test_credit_whilePaused() public {
        address superchain = makeAddr("superchain");
        vm.mockCall(superchain, abi.encodeWithSignature("paused()"), abi.encode(true));
        _move(game, alice, 0, _lie(0, "a"), true);
        vm.warp(block.timestamp + MAX_CLOCK);
        _resolve(game);
        assertTrue(game.status() == GameStatus.CHALLENGER_WINS);
        vm.warp(block.timestamp + WETH_DELAY + 1);
        uint256 won = INIT_BOND + _bondAt(1);
        vm.expectRevert();
        game.claimCredit(alice);
        assertEq(game.credit(alice), won);
        vm.mockCall(superchain, abi.encodeWithSignature("paused()"), abi.encode(false));
        game.claimCredit(alice);
        assertEq(alice.balance, won);
    }

    /// @dev What was won can leave while the game goes on; what is won later has its own delay.
    function test_credit_inMidGame() public {
        _move(game, alice, 0, _lie(0, "a"), true);
        vm.warp(block.timestamp + MAX_CLOCK);
        game.resolveClaim(1, 0);
        vm.warp(block.timestamp + WETH_DELAY + 1);
        game.claimCredit(alice);
        assertEq(alice.balance, _bondAt(1));
        game.resolveClaim(0, 0);
        vm.expectRevert();
        game.claimCredit(alice);
        game.resolve();
        vm.warp(block.timestamp + WETH_DELAY + 1);
        game.claimCredit(alice);
        assertEq(alice.balance, _bondAt(1) + INIT_BOND);
        assertEq(safe.balanceOf(address(game)), 0);
    }

    // --- gas ---

    function test_gas_game() public {
        vm.snapshotValue("VitalDisputeGame", "deployed bytes", address(implementation).code.length);
        vm.deal(proposer, INIT_BOND);
        vm.prank(proposer);
        game = VitalDisputeGame(
            payable(factory.create{ value: INIT_BOND }(
                    GAME_TYPE, Claim.wrap("root"), abi.encode(L2_BLOCK)
                ))
        );
        vm.snapshotGasLastCall("VitalDisputeGame", "create");
        uint256 index = _attackDownTo(1);
        Claim disputed = _claim(game, index).claim;
        uint256 bond = _bondAt(2);
        game.attack{ value: bond }(disputed, index, Claim.wrap("a"));
        vm.snapshotGasLastCall("VitalDisputeGame", "attack");
        game.attack{ value: bond }(disputed, index, Claim.wrap("b"));
        vm.snapshotGasLastCall("VitalDisputeGame", "attack: of several");
        vm.warp(block.timestamp + MAX_CLOCK);
        game.resolveClaim(3, 0);
        vm.snapshotGasLastCall("VitalDisputeGame", "resolveClaim: nothing counters it");
        game.resolveClaim(2, 0);
        game.resolveClaim(1, 0);
        vm.snapshotGasLastCall("VitalDisputeGame", "resolveClaim: two counter it");
        game.resolveClaim(0, 0);
        game.resolve();
        vm.snapshotGasLastCall("VitalDisputeGame", "resolve");
    }

    // --- positions ---

    /// @dev Against the definition: walk up while a right child, sum up leaves.
    function testFuzz_positions(
        uint256 depth,
        uint256 index,
        uint256 maxDepth
    ) public pure {
        depth = bound(depth, 0, LibPosition.MAX_DEPTH);
        index = bound(index, 0, (1 << depth) - 1);
        maxDepth = bound(maxDepth, depth, LibPosition.MAX_DEPTH);
        Position position = Position.wrap(uint128((1 << depth) + index));
        assertEq(position.depth(), depth);
        assertEq(position.indexAtDepth(), index);
        uint256 last = ((index + 1) << (maxDepth - depth)) - 1;
        assertEq(position.traceIndex(maxDepth), last);
        uint256 ancestor = position.raw();
        while (ancestor % 2 == 1 && ancestor > 1) ancestor /= 2;
        assertEq(position.traceAncestor().raw(), ancestor);
    }

    function testFuzz_positionsBounded(
        uint256 bound_,
        uint256 depth,
        uint256 index
    ) public pure {
        bound_ = bound(bound_, 0, LibPosition.MAX_DEPTH - 1);
        depth = bound(depth, bound_ + 1, LibPosition.MAX_DEPTH);
        index = bound(index, 0, (1 << depth) - 1);
        Position position = Position.wrap(uint128((1 << depth) + index));
        uint256 ancestor = position.raw();
        while (ancestor % 2 == 1 && ancestor >> (bound_ + 2) > 0) ancestor /= 2;
        Position found = position.traceAncestorBounded(bound_);
        assertEq(found.raw(), ancestor);
        assertEq(
            found.traceIndex(LibPosition.MAX_DEPTH), position.traceIndex(LibPosition.MAX_DEPTH)
        );
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { OperatorRegistry } from "../../src/restaking/OperatorRegistry.sol";
import { Slasher } from "../../src/restaking/Slasher.sol";
import { StakeTable } from "../../src/restaking/StakeTable.sol";
import { IEvidenceModule } from "../../src/restaking/interfaces/IEvidenceModule.sol";
import { IOperatorRegistry } from "../../src/restaking/interfaces/IOperatorRegistry.sol";
import { IStakeTable } from "../../src/restaking/interfaces/IStakeTable.sol";
import { BN254, G1Point } from "../../src/restaking/libraries/BN254.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { EvidenceDouble, TokenDouble } from "./utils/Doubles.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";
import { StakeSourceDouble } from "./utils/StakeSourceDouble.sol";
import { Test } from "forge-std/Test.sol";

/// @notice Operators who come, go, stake, withdraw and offend while anyone rolls tables.
contract StakeTableHandler is Test {
    struct World {
        StakeTable table;
        StakeSourceDouble source;
        Slasher slasher;
        OperatorRegistry operators;
        EvidenceDouble evidence;
        TokenDouble[2] tokens;
        bytes32 service;
        bytes32 kind;
    }

    World internal world;
    address[] internal actors;
    BlsKeys.Key[] internal keys;
    /// @dev Keys not used yet: each can be registered once.
    uint256 internal nextKey;
    uint256 public offences;
    uint256 public newKeys;
    uint256 public pages;

    uint48[] public rolledEpochs;
    mapping(uint48 epoch => bytes32) public rolledHash;

    constructor(
        World memory world_,
        address[] memory actors_,
        BlsKeys.Key[] memory keys_
    ) {
        world = world_;
        actors = actors_;
        for (uint256 i = actors_.length; i < keys_.length; i++) {
            keys.push(keys_[i]);
        }
    }

    function rolledCount() external view returns (uint256) {
        return rolledEpochs.length;
    }

    function _actor(
        uint256 seed
    ) private view returns (address) {
        return actors[seed % actors.length];
    }

    function deposit(
        uint256 seed,
        uint8 quorum,
        uint256 amount
    ) external {
        quorum = quorum % 2;
        amount = bound(amount, 1, 50_000e18);
        world.tokens[quorum].mint(address(this), amount);
        world.tokens[quorum].approve(address(world.source), amount);
        world.source.deposit(world.service, _actor(seed), quorum, amount);
    }

    function withdraw(
        uint256 seed,
        uint8 quorum,
        uint256 amount
    ) external {
        quorum = quorum % 2;
        uint256 stake =
            world.source.stakeAt(world.service, _actor(seed), quorum, uint48(block.timestamp));
        amount = bound(amount, 0, stake / 4);
        world.source.beginWithdrawal(world.service, _actor(seed), quorum, amount);
    }

    function join(
        uint256 seed
    ) external {
        address actor = _actor(seed);
        uint48 start = world.table.epochStart(world.table.currentEpoch());
        if (!world.operators.isRegistered(actor)) return;
        if (_seated(actor) || _weight(actor, 0, start) < 32e18) return;
        if (_weight(actor, 1, start) < 10_000e18) return;
        vm.prank(actor);
        world.table.join(world.service, address(0));
    }

    function leave(
        uint256 seed
    ) external {
        address actor = _actor(seed);
        if (!_seated(actor) || seed % 3 != 0) return;
        vm.prank(actor);
        try world.table.leave(world.service) { }
        catch (bytes memory reason) {
            // Seated, so it can only have left already.
            assertEq(bytes4(reason), IStakeTable.NotSeated.selector);
        }
    }

    /// @dev Another key, or none for a while.
    function changeKey(
        uint256 seed
    ) external {
        address actor = _actor(seed);
        bool registered = world.operators.isRegistered(actor);
        if (registered && seed % 4 == 0) {
            vm.prank(actor);
            world.operators.deregister();
            return;
        }
        if (nextKey == keys.length) return;
        BlsKeys.Key memory key = keys[nextKey];
        G1Point memory proof =
            BlsKeys.sign(key, world.operators.proofOfPossessionHash(actor, key.g1));
        vm.prank(actor);
        if (!registered) {
            world.operators.register(key.g1, key.g2, proof);
        } else {
            try world.operators.rotate(key.g1, key.g2, proof) { }
            catch (bytes memory reason) {
                assertEq(bytes4(reason), IOperatorRegistry.RotationPending.selector);
                return;
            }
        }
        nextKey++;
        newKeys++;
    }

    function roll(
        uint256 limit
    ) external {
        uint48 epoch = world.table.currentEpoch();
        if (rolledHash[epoch] != 0) return;
        pages++;
        if (!world.table.roll(world.service, bound(limit, 1, 5))) return;
        rolledEpochs.push(epoch);
        rolledHash[epoch] = world.table.stakeTableOf(world.service, epoch).hash;
        IStakeTable.Entry[] memory entries = world.table.entriesOf(world.service, epoch);
        uint48 start = world.table.epochStart(epoch);
        for (uint256 i = 0; i < entries.length; i++) {
            G1Point memory key = world.operators.keyAt(entries[i].operator, start);
            assertEq(entries[i].key.x, key.x, "the key of the epoch's start");
            for (uint8 quorum = 0; quorum < 2; quorum++) {
                uint256 stake =
                    world.source.stakeAt(world.service, entries[i].operator, quorum, start);
                assertLe(entries[i].weights[quorum], stake, "no weight without stake");
            }
        }
    }

    function slash(
        uint256 seed
    ) external {
        address actor = _actor(seed);
        uint48 start = world.table.epochStart(world.table.currentEpoch());
        bytes memory proof = abi.encode(offences++);
        world.evidence
            .prove(
                actor,
                start,
                proof,
                IEvidenceModule.Offence(world.service, keccak256(proof), address(this))
            );
        world.slasher.slash(world.kind, actor, start, proof, 0);
    }

    function wait(
        uint256 time
    ) external {
        vm.warp(block.timestamp + bound(time, 1 minutes, 12 hours));
    }

    function _weight(
        address actor,
        uint8 quorum,
        uint48 start
    ) private view returns (uint256 weight) {
        weight = world.source.stakeAt(world.service, actor, quorum, start);
        uint256 left = world.source.stakeAt(world.service, actor, quorum, uint48(block.timestamp));
        if (world.slasher.slashedAt(world.service, actor) >= start && left < weight) weight = left;
    }

    function _seated(
        address actor
    ) private view returns (bool) {
        address[] memory seated = world.table.seatsOf(world.service);
        for (uint256 i = 0; i < seated.length; i++) {
            if (seated[i] == actor) return true;
        }
        return false;
    }
}

contract StakeTableInvariantTest is RestakingTest {
    uint256 internal constant COUNT = 10;
    StakeTableHandler internal handler;

    function setUp() public override {
        super.setUp();
        BlsKeys.Key[] memory keys = BlsKeys.keys(2 * COUNT);
        address[] memory actors = new address[](COUNT);
        for (uint256 i = 0; i < COUNT; i++) {
            actors[i] = _operator(i);
            _enrol(actors[i], keys[i], 2 * MIN_ETH, 2 * MIN_ALT);
        }
        _nextEpoch();
        for (uint256 i = 0; i < COUNT; i++) {
            _join(actors[i]);
        }
        handler = new StakeTableHandler(
            StakeTableHandler.World(
                table, source, slasher, operators, evidence, tokens, service, OFFENCE_KIND
            ),
            actors,
            keys
        );
        // A table that must never change is there from the beginning.
        while (handler.rolledCount() == 0) {
            handler.roll(5);
        }
        targetContract(address(handler));
    }

    /// @dev Every table made so far is sorted, adds up, meets the minimum and never changes.
    /// No one has two seats.
    function invariant_tablesAddUpAndNeverChange() public view {
        _checkSeats();
        uint256 made = handler.rolledCount();
        for (uint256 i = made > 2 ? made - 2 : 0; i < made; i++) {
            uint48 epoch = handler.rolledEpochs(i);
            IStakeTable.Table memory header = table.stakeTableOf(service, epoch);
            IStakeTable.Entry[] memory entries = table.entriesOf(service, epoch);
            assertEq(header.hash, handler.rolledHash(epoch));
            assertEq(header.operators, entries.length);
            uint256[2] memory totals;
            G1Point memory sum;
            for (uint256 j = 0; j < entries.length; j++) {
                if (j > 0) assertTrue(entries[j].operator > entries[j - 1].operator);
                assertGe(entries[j].weights[0], MIN_ETH);
                assertGe(entries[j].weights[1], MIN_ALT);
                totals[0] += entries[j].weights[0];
                totals[1] += entries[j].weights[1];
                sum = BN254.add(sum, entries[j].key);
            }
            assertEq(header.totals[0], totals[0]);
            assertEq(header.totals[1], totals[1]);
            assertEq(header.aggregateKey.x, sum.x);
            assertEq(header.aggregateKey.y, sum.y);
        }
    }

    /// @dev What the runs draw at random, once in order: every branch of the handler is reached.
    function test_theHandlerReachesWhatItIsFor() public {
        uint256 made = handler.rolledCount();
        handler.wait(12 hours);
        handler.wait(12 hours);
        handler.roll(3);
        handler.slash(0);
        handler.leave(3);
        handler.changeKey(1);
        handler.changeKey(4);
        handler.withdraw(5, 0, 10e18);
        while (handler.rolledCount() == made) {
            handler.roll(5);
        }
        handler.join(3);
        handler.wait(12 hours);
        handler.wait(12 hours);
        handler.changeKey(4);
        while (handler.rolledCount() == made + 1) {
            handler.roll(1);
        }
        assertGt(handler.pages(), made + 2);
        assertGt(handler.offences(), 0);
        assertEq(handler.newKeys(), 2);
        invariant_tablesAddUpAndNeverChange();
    }

    function _checkSeats() private view {
        address[] memory seated = table.seatsOf(service);
        for (uint256 i = 0; i < seated.length; i++) {
            for (uint256 j = 0; j < i; j++) {
                assertNotEq(seated[i], seated[j]);
            }
        }
        assertLe(table.remainingSeats(service), seated.length);
    }
}

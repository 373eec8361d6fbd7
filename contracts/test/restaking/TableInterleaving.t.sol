// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IEvidenceModule } from "../../src/restaking/interfaces/IEvidenceModule.sol";
import { IStakeTable } from "../../src/restaking/interfaces/IStakeTable.sol";
import { G1Point } from "../../src/restaking/libraries/BN254.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";

/// @notice What happens between two pages of one table. Seats are read from the last to the first:
/// with a page of three of six, 5, 4 and 3 have been read, and 2, 1 and 0 have not.
contract TableInterleavingTest is RestakingTest {
    uint256 internal constant COUNT = 6;
    uint256 internal constant READ = 4;
    uint256 internal constant UNREAD = 1;
    BlsKeys.Key[] internal keys;
    uint48 internal epoch;

    function setUp() public override {
        super.setUp();
        BlsKeys.Key[] memory all = BlsKeys.keys(COUNT + 2);
        for (uint256 i = 0; i < all.length; i++) {
            keys.push(all[i]);
        }
        for (uint256 i = 0; i < COUNT + 1; i++) {
            _enrol(_operator(i), keys[i], 2 * MIN_ETH, 2 * MIN_ALT);
        }
        _nextEpoch();
        for (uint256 i = 0; i < COUNT; i++) {
            _join(_operator(i));
        }
        vm.warp(block.timestamp + 1 hours);
        epoch = table.currentEpoch();
        assertFalse(table.roll(service, COUNT / 2));
        vm.warp(block.timestamp + 1 hours);
    }

    function _finish() private returns (uint256 operators_) {
        assertTrue(table.roll(service, COUNT + 1));
        IStakeTable.Entry[] memory entries = table.entriesOf(service, epoch);
        for (uint256 i = 1; i < entries.length; i++) {
            assertTrue(entries[i].operator > entries[i - 1].operator);
        }
        return entries.length;
    }

    function _entry(
        uint256 i
    ) private view returns (bool found, IStakeTable.Entry memory entry) {
        uint256 index;
        (found, index) = table.indexOf(service, epoch, _operator(i));
        if (found) entry = table.entryAt(service, epoch, index);
    }

    function _weight(
        uint256 i
    ) private view returns (uint256) {
        (bool found, IStakeTable.Entry memory entry) = _entry(i);
        assertTrue(found);
        return entry.weights[0];
    }

    /// @dev Half of everything is slashed.
    function _slash(
        uint256 i
    ) private {
        _setRule(0.5e18, 0, 0);
        vm.warp(block.timestamp + 1);
        uint48 time = uint48(block.timestamp);
        bytes memory proof = abi.encode(i);
        evidence.prove(
            _operator(i),
            time,
            proof,
            IEvidenceModule.Offence(service, keccak256(proof), address(1))
        );
        slasher.slash(OFFENCE_KIND, _operator(i), time, proof, 0);
    }

    /// A page that has been read stays: as if the whole table had been made in that moment.
    function test_slashOfWhoHasBeenReadCountsInTheTableAfter() public {
        _slash(READ);
        _slash(UNREAD);
        assertEq(_finish(), COUNT);
        assertEq(_weight(READ), 2 * MIN_ETH);
        assertEq(_weight(UNREAD), MIN_ETH);
        _nextEpoch();
        epoch++;
        assertEq(_finish(), COUNT);
        assertEq(_weight(READ), MIN_ETH);
        assertEq(_weight(UNREAD), MIN_ETH);
    }

    function test_deregistrationBetweenPagesLeavesTheTableWhole() public {
        vm.prank(_operator(READ));
        operators.deregister();
        vm.prank(_operator(UNREAD));
        operators.deregister();
        assertEq(_finish(), COUNT);
        // Keys and weights are of the epoch's start, for both alike.
        (, IStakeTable.Entry memory entry) = _entry(UNREAD);
        assertEq(entry.key.x, keys[UNREAD].g1.x);
        _nextEpoch();
        epoch++;
        assertEq(_finish(), COUNT - 2);
    }

    function test_rotationBetweenPagesWaits() public {
        G1Point memory proof = BlsKeys.sign(
            keys[COUNT + 1], operators.proofOfPossessionHash(_operator(UNREAD), keys[COUNT + 1].g1)
        );
        vm.prank(_operator(UNREAD));
        operators.rotate(keys[COUNT + 1].g1, keys[COUNT + 1].g2, proof);
        assertEq(_finish(), COUNT);
        (, IStakeTable.Entry memory entry) = _entry(UNREAD);
        assertEq(entry.key.x, keys[UNREAD].g1.x);
    }

    /// A key taken anew between two pages is younger than the epoch: neither it nor the old one
    /// twice.
    function test_deregisteredAndRegisteredAnewIsInTheTableOnceWithItsOldKey() public {
        vm.prank(_operator(UNREAD));
        operators.deregister();
        vm.warp(block.timestamp + 1);
        _register(_operator(UNREAD), keys[COUNT + 1]);
        assertEq(_finish(), COUNT);
        (, IStakeTable.Entry memory entry) = _entry(UNREAD);
        assertEq(entry.key.x, keys[UNREAD].g1.x);
    }

    function test_whoJoinsBetweenPagesIsInTheNextTable() public {
        _join(_operator(COUNT));
        assertEq(_finish(), COUNT);
        _nextEpoch();
        epoch++;
        assertEq(_finish(), COUNT + 1);
    }

    /// Leaves once read, leaves before it is read, comes back: everyone is counted at most once.
    function test_whoLeavesAndComesBackBetweenPagesIsCountedOnce() public {
        vm.prank(_operator(READ));
        table.leave(service);
        _join(_operator(READ));
        vm.prank(_operator(UNREAD));
        table.leave(service);
        assertFalse(table.roll(service, 2));
        // Its seat is gone; a new one is above the cursor.
        _join(_operator(UNREAD));
        assertEq(_finish(), COUNT - 1);
        assertEq(table.seatsOf(service).length, COUNT);
        (bool found,) = _entry(UNREAD);
        assertFalse(found);
        (found,) = _entry(READ);
        assertTrue(found);
    }

    /// Stake that is withdrawn, or brought, between pages: the epoch's start decides.
    function test_stakeThatMovesBetweenPagesCountsAsItWas() public {
        source.beginWithdrawal(service, _operator(UNREAD), 0, 2 * MIN_ETH);
        _deposit(_operator(0), 0, MIN_ETH);
        assertEq(_finish(), COUNT);
        assertEq(_weight(UNREAD), 2 * MIN_ETH);
        assertEq(_weight(0), 2 * MIN_ETH);
    }

    /// The epoch ends between two pages: the half-made table is never usable.
    function test_halfATableIsNeverUsable() public {
        assertFalse(table.isUsable(service, epoch));
        vm.expectRevert(abi.encodeWithSelector(IStakeTable.NoTable.selector, service, epoch));
        table.stakeTableOf(service, epoch);
        _nextEpoch();
        assertFalse(table.isUsable(service, epoch));
        assertTrue(table.roll(service, COUNT));
        assertFalse(table.isUsable(service, epoch));
        assertTrue(table.isUsable(service, epoch + 1));
    }
}

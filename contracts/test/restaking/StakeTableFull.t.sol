// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IStakeTable } from "../../src/restaking/interfaces/IStakeTable.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";

/// @notice A table with every seat taken: its cost, and what happens at the door.
contract StakeTableFullTest is RestakingTest {
    uint256 internal constant COUNT = 200;
    uint256 internal constant PAGE_LIMIT = 15_000_000;
    BlsKeys.Key internal spare;

    function setUp() public override {
        super.setUp();
        BlsKeys.Key[] memory keys = BlsKeys.keys(COUNT + 1);
        for (uint256 i = 0; i < COUNT; i++) {
            _enrol(_operator(i), keys[i], MIN_ETH + i, MIN_ALT + i);
        }
        spare = keys[COUNT];
        _nextEpoch();
        for (uint256 i = 0; i < COUNT; i++) {
            _join(_operator(i));
        }
    }

    function _bitmapWithout(
        uint256 nonSigners
    ) private pure returns (uint256) {
        return ((1 << COUNT) - 1) ^ ((1 << nonSigners) - 1);
    }

    /// forge-config: default.isolate = true
    function test_gas_rollTwoHundred() public {
        table.roll(service, 100);
        assertLt(vm.snapshotGasLastCall("StakeTable", "roll: 100 of 200 operators"), PAGE_LIMIT);
        table.roll(service, 100);
        assertLt(
            vm.snapshotGasLastCall("StakeTable", "roll: last 100 of 200 and the table"), PAGE_LIMIT
        );
        assertEq(table.stakeTableOf(service, table.currentEpoch()).operators, COUNT);
    }

    /// @dev One operator a call, by whoever wants to make the last call dear.
    /// forge-config: default.isolate = true
    function test_gas_griefedPagesStayAffordable() public {
        for (uint256 i = 0; i < COUNT; i++) {
            table.roll(service, 1);
            if (i == 0) vm.snapshotGasLastCall("StakeTable", "roll: 1 of 200 operators");
        }
        assertLt(vm.snapshotGasLastCall("StakeTable", "roll: last of 200 single pages"), PAGE_LIMIT);
        assertEq(table.stakeTableOf(service, table.currentEpoch()).operators, COUNT);
    }

    /// forge-config: default.isolate = true
    function test_gas_reading() public {
        table.roll(service, 100);
        table.roll(service, 100);
        uint48 epoch = table.currentEpoch();
        table.signersOf(service, epoch, _bitmapWithout(0));
        vm.snapshotGasLastCall("StakeTable", "signersOf: 200 operators, 0 non-signers");
        table.signersOf(service, epoch, _bitmapWithout(10));
        vm.snapshotGasLastCall("StakeTable", "signersOf: 200 operators, 10 non-signers");
        table.signersOf(service, epoch, _bitmapWithout(66));
        vm.snapshotGasLastCall("StakeTable", "signersOf: 200 operators, 66 non-signers");
        table.indexOf(service, epoch, _operator(3));
        vm.snapshotGasLastCall("StakeTable", "indexOf: 200 operators");
        table.entryAt(service, epoch, 123);
        vm.snapshotGasLastCall("StakeTable", "entryAt");
    }

    function _newcomer(
        uint256 eth,
        uint256 alt
    ) private returns (address newcomer) {
        newcomer = _operator(COUNT);
        _enrol(newcomer, spare, eth, alt);
        _nextEpoch();
        vm.expectRevert(abi.encodeWithSelector(IStakeTable.NoFreeSeat.selector, service));
        _join(newcomer);
    }

    function test_fullTable_seatGoesToWhoOutweighsItsHolder() public {
        address newcomer = _newcomer(MIN_ETH + 6, MIN_ALT + 6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeTable.WeightTooLow.selector, newcomer, 0, MIN_ETH + 6, MIN_ETH + 7
            )
        );
        vm.prank(newcomer);
        table.join(service, _operator(6));
        vm.expectRevert(abi.encodeWithSelector(IStakeTable.NotSeated.selector, service, address(1)));
        vm.prank(newcomer);
        table.join(service, address(1));
        vm.prank(newcomer);
        table.join(service, _operator(5));
        table.roll(service, COUNT);
        uint48 epoch = table.currentEpoch();
        (bool found,) = table.indexOf(service, epoch, newcomer);
        assertTrue(found);
        (found,) = table.indexOf(service, epoch, _operator(5));
        assertFalse(found);
    }

    function test_fullTable_moreInOneQuorumIsNotEnough() public {
        address newcomer = _newcomer(1000 * MIN_ETH, MIN_ALT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeTable.WeightTooLow.selector, newcomer, 1, MIN_ALT, MIN_ALT + 1
            )
        );
        vm.prank(newcomer);
        table.join(service, _operator(0));
    }

    /// @dev Counted in the first page, outweighed, and seated again before the last page: once.
    function test_fullTable_noOneIsCountedTwice() public {
        address newcomer = _newcomer(MIN_ETH + 70, MIN_ALT + 70);
        address[] memory seated = table.seatsOf(service);
        (address counted, address unread) = (seated[60], seated[10]);
        table.roll(service, COUNT - 50);
        vm.prank(newcomer);
        table.join(service, counted);
        vm.prank(counted);
        table.join(service, unread);
        assertTrue(table.roll(service, COUNT));
        IStakeTable.Entry[] memory entries = table.entriesOf(service, table.currentEpoch());
        // Neither the newcomer, whose seat had been read, nor who was outweighed before its turn.
        assertEq(entries.length, COUNT - 1);
        for (uint256 i = 1; i < entries.length; i++) {
            assertTrue(entries[i].operator > entries[i - 1].operator);
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { OperatorRegistry } from "../../src/restaking/OperatorRegistry.sol";
import { StakeTable } from "../../src/restaking/StakeTable.sol";
import { IEvidenceModule } from "../../src/restaking/interfaces/IEvidenceModule.sol";
import { IStakeTable } from "../../src/restaking/interfaces/IStakeTable.sol";
import { BN254, G1Point, G2Point } from "../../src/restaking/libraries/BN254.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";

contract StakeTableTest is RestakingTest {
    uint256 internal constant COUNT = 7;
    BlsKeys.Key[] internal keys;

    function setUp() public override {
        super.setUp();
        BlsKeys.Key[] memory all = BlsKeys.keys(COUNT + 1);
        for (uint256 i = 0; i < all.length; i++) {
            keys.push(all[i]);
        }
        for (uint256 i = 0; i < COUNT; i++) {
            _enrol(_operator(i), keys[i], _eth(i), _alt(i));
        }
        _nextEpoch();
        for (uint256 i = 0; i < COUNT; i++) {
            _join(_operator(i));
        }
    }

    function _eth(
        uint256 i
    ) private pure returns (uint96) {
        return MIN_ETH + uint96(i * 1e18);
    }

    function _alt(
        uint256 i
    ) private pure returns (uint96) {
        return MIN_ALT + uint96((COUNT - i) * 2000e18);
    }

    function _epoch() private view returns (uint48) {
        return table.currentEpoch();
    }

    function _indexOf(
        uint256 i
    ) private view returns (uint256 index) {
        bool found;
        (found, index) = table.indexOf(service, _epoch(), _operator(i));
        assertTrue(found, "in the table");
    }

    function _isListed(
        uint256 i
    ) private view returns (bool found) {
        (found,) = table.indexOf(service, _epoch(), _operator(i));
    }

    function _isSeated(
        address operator
    ) private view returns (bool) {
        address[] memory seated = table.seatsOf(service);
        for (uint256 i = 0; i < seated.length; i++) {
            if (seated[i] == operator) return true;
        }
        return false;
    }

    function _slash(
        uint256 i,
        uint48 timestamp
    ) private {
        bytes memory proof = abi.encode(i, timestamp);
        evidence.prove(
            _operator(i),
            timestamp,
            proof,
            IEvidenceModule.Offence(service, keccak256(proof), address(this))
        );
        slasher.slash(OFFENCE_KIND, _operator(i), timestamp, proof, 0);
    }

    // --- rolling ---

    function test_roll_writesKeysAndWeightsSorted() public {
        assertTrue(table.roll(service, COUNT));
        IStakeTable.Table memory made = table.stakeTableOf(service, _epoch());
        IStakeTable.Entry[] memory entries = table.entriesOf(service, _epoch());
        assertEq(made.operators, COUNT);
        assertEq(entries.length, COUNT);
        uint256[2] memory totals;
        G1Point memory sum;
        for (uint256 i = 0; i < COUNT; i++) {
            if (i > 0) assertTrue(entries[i].operator > entries[i - 1].operator);
            IStakeTable.Entry memory entry = entries[_indexOf(i)];
            assertEq(entry.operator, _operator(i));
            assertEq(entry.weights[0], _eth(i));
            assertEq(entry.weights[1], _alt(i));
            assertEq(entry.key.x, keys[i].g1.x);
            assertEq(entry.key.y, keys[i].g1.y);
            assertEq(abi.encode(table.entryAt(service, _epoch(), _indexOf(i))), abi.encode(entry));
            totals[0] += _eth(i);
            totals[1] += _alt(i);
            sum = BN254.add(sum, keys[i].g1);
        }
        assertEq(made.totals[0], totals[0]);
        assertEq(made.totals[1], totals[1]);
        assertEq(made.aggregateKey.x, sum.x);
        assertEq(made.aggregateKey.y, sum.y);
    }

    /// @dev The layout that other chains and TypeScript read.
    function test_table_layoutToTheByte() public {
        table.roll(service, COUNT);
        IStakeTable.Table memory made = table.stakeTableOf(service, _epoch());
        IStakeTable.Entry[] memory entries = table.entriesOf(service, _epoch());
        bytes memory expected;
        for (uint256 i = 0; i < COUNT; i++) {
            expected = bytes.concat(
                expected,
                abi.encodePacked(
                    entries[i].operator,
                    entries[i].weights[0],
                    entries[i].weights[1],
                    entries[i].key.x,
                    entries[i].key.y
                )
            );
        }
        assertEq(made.data.code, bytes.concat(hex"00", expected));
        assertEq(made.hash, keccak256(expected));
    }

    function testFuzz_roll_pagesMakeTheSameTable(
        uint8[COUNT] memory limits
    ) public {
        uint256 snapshot = vm.snapshotState();
        table.roll(service, COUNT);
        bytes32 hash = table.stakeTableOf(service, _epoch()).hash;
        vm.revertToState(snapshot);
        bool complete;
        for (uint256 i = 0; !complete; i++) {
            assertEq(table.remainingSeats(service) > 0, true);
            complete = table.roll(service, 1 + limits[i] % 3);
            vm.warp(block.timestamp + 1 minutes);
        }
        assertEq(table.remainingSeats(service), 0);
        assertEq(table.stakeTableOf(service, _epoch()).hash, hash);
    }

    function test_roll_onceAnEpoch() public {
        table.roll(service, COUNT);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeTable.AlreadyRolled.selector, service, _epoch())
        );
        table.roll(service, COUNT);
        vm.expectRevert(IStakeTable.ZeroLimit.selector);
        table.roll(service, 0);
    }

    function test_roll_startsAnewWhenTheEpochEndsHalfway() public {
        table.roll(service, 3);
        _nextEpoch();
        assertEq(table.remainingSeats(service), COUNT);
        assertTrue(table.roll(service, COUNT));
        assertEq(table.stakeTableOf(service, _epoch()).operators, COUNT);
        vm.expectRevert(abi.encodeWithSelector(IStakeTable.NoTable.selector, service, _epoch() - 1));
        table.stakeTableOf(service, 2);
    }

    function test_roll_usesStakeAtTheEpochsStart() public {
        vm.warp(block.timestamp + 1 hours);
        _deposit(_operator(0), 0, 1000e18);
        source.beginWithdrawal(service, _operator(1), 1, _alt(1));
        table.roll(service, COUNT);
        assertEq(table.entryAt(service, _epoch(), _indexOf(0)).weights[0], _eth(0));
        assertEq(table.entryAt(service, _epoch(), _indexOf(1)).weights[1], _alt(1));
        _nextEpoch();
        table.roll(service, COUNT);
        assertEq(table.entryAt(service, _epoch(), _indexOf(0)).weights[0], _eth(0) + 1000e18);
        assertFalse(_isListed(1));
    }

    function test_roll_slashTakesEffectInTheNextTableAtOnce() public {
        uint48 start = table.epochStart(_epoch());
        vm.warp(block.timestamp + 1 hours);
        _slash(6, start);
        assertEq(source.stakeAt(service, _operator(6), 0, start), _eth(6));
        table.roll(service, COUNT);
        assertEq(table.entryAt(service, _epoch(), _indexOf(6)).weights[0], _eth(6) * 9 / 10);
        assertEq(table.entryAt(service, _epoch(), _indexOf(5)).weights[0], _eth(5));
    }

    function test_roll_slashBelowTheMinimumCostsTheSeat() public {
        _slash(0, table.epochStart(_epoch()));
        vm.expectEmit(address(table));
        emit IStakeTable.Left(service, _operator(0));
        table.roll(service, COUNT);
        assertFalse(_isListed(0));
        assertFalse(_isSeated(_operator(0)));
        assertEq(table.stakeTableOf(service, _epoch()).operators, COUNT - 1);
    }

    function test_roll_belowTheMinimumInOneQuorumLeaves() public {
        source.beginWithdrawal(service, _operator(3), 1, _alt(3) - MIN_ALT + 1);
        source.beginWithdrawal(service, _operator(4), 0, _eth(4) - MIN_ETH);
        _nextEpoch();
        table.roll(service, 2);
        table.roll(service, COUNT);
        assertFalse(_isListed(3));
        assertTrue(_isListed(4));
        // Stake again, and a seat again, in the epoch after.
        _deposit(_operator(3), 1, 1);
        _nextEpoch();
        _join(_operator(3));
        table.roll(service, COUNT);
        assertTrue(_isListed(3));
    }

    function test_roll_memberOfTheProtocolOnly() public {
        source.setMember(service, _operator(2), false);
        _nextEpoch();
        table.roll(service, COUNT);
        assertFalse(_isListed(2));
        assertFalse(_isSeated(_operator(2)));
    }

    function test_roll_brokenStakeDoesNotStopTheOthers() public {
        source.setBroken(_operator(2), true);
        assertTrue(table.roll(service, COUNT));
        assertFalse(_isListed(2));
        assertEq(table.stakeTableOf(service, _epoch()).operators, COUNT - 1);
    }

    /// @dev Little gas must not look like missing stake: either all are listed, or it reverts.
    /// forge-config: default.fuzz.runs = 256
    function testFuzz_roll_littleGasExpelsNoOne(
        uint256 gasGiven
    ) public {
        gasGiven = bound(gasGiven, 100_000, 6_000_000);
        try table.roll{ gas: gasGiven }(service, COUNT) {
            assertEq(table.stakeTableOf(service, _epoch()).operators, COUNT);
        } catch {
            assertEq(table.seatsOf(service).length, COUNT);
        }
    }

    function test_roll_rotatedKeyCountsFromItsEpoch() public {
        G1Point memory proof = BlsKeys.sign(
            keys[COUNT], operators.proofOfPossessionHash(_operator(0), keys[COUNT].g1)
        );
        vm.warp(block.timestamp + 1 hours);
        vm.prank(_operator(0));
        operators.rotate(keys[COUNT].g1, keys[COUNT].g2, proof);
        _nextEpoch();
        table.roll(service, COUNT);
        assertEq(table.entryAt(service, _epoch(), _indexOf(0)).key.x, keys[0].g1.x);
        _nextEpoch();
        table.roll(service, COUNT);
        assertEq(table.entryAt(service, _epoch(), _indexOf(0)).key.x, keys[COUNT].g1.x);
    }

    function test_roll_deregisteredLeavesWithTheNextEpoch() public {
        vm.warp(block.timestamp + 1 hours);
        vm.prank(_operator(0));
        operators.deregister();
        table.roll(service, COUNT);
        assertTrue(_isListed(0), "key at the epoch's start");
        _nextEpoch();
        table.roll(service, COUNT);
        assertFalse(_isListed(0));
        assertFalse(_isSeated(_operator(0)));
    }

    function test_roll_keyYoungerThanTheEpochWaits() public {
        vm.warp(block.timestamp + 1 hours);
        vm.prank(_operator(0));
        operators.deregister();
        _nextEpoch();
        vm.warp(block.timestamp + 1 hours);
        _register(_operator(0), keys[COUNT]);
        table.roll(service, COUNT);
        assertFalse(_isListed(0));
        assertTrue(_isSeated(_operator(0)));
        _nextEpoch();
        table.roll(service, COUNT);
        assertTrue(_isListed(0));
    }

    function test_roll_emptyTable() public {
        for (uint256 i = 0; i < COUNT; i++) {
            vm.prank(_operator(i));
            table.leave(service);
        }
        table.roll(service, COUNT);
        IStakeTable.Table memory made = table.stakeTableOf(service, _epoch());
        assertEq(made.operators, 0);
        assertEq(made.totals[0], 0);
        (G1Point memory key,,) = table.signersOf(service, _epoch(), 0);
        assertTrue(BN254.isInfinity(key));
        _nextEpoch();
        assertTrue(table.roll(service, 1));
    }

    function test_roll_disabledServiceStops() public {
        _configure(false, 0, 0);
        table.roll(service, COUNT);
        vm.warp(block.timestamp + SETTINGS_DELAY);
        _nextEpoch();
        vm.expectRevert(abi.encodeWithSelector(IStakeTable.ServiceDisabled.selector, service));
        table.roll(service, COUNT);
        vm.expectRevert(abi.encodeWithSelector(IStakeTable.ServiceDisabled.selector, service));
        _join(_operator(0));
    }

    function test_weightsSaturate() public {
        _deposit(_operator(0), 0, type(uint112).max);
        _nextEpoch();
        table.roll(service, COUNT);
        assertEq(table.entryAt(service, _epoch(), _indexOf(0)).weights[0], type(uint96).max);
    }

    /// @dev In the second an epoch starts its stakes can still change, so it is not rolled yet.
    function test_epoch_beginsAfterItsStart() public {
        uint48 epoch = _epoch();
        vm.warp(table.epochStart(epoch + 1));
        assertEq(_epoch(), epoch);
        vm.warp(table.epochStart(epoch + 1) + 1);
        assertEq(_epoch(), epoch + 1);
        assertEq(new StakeTable(operators, slasher, EPOCH, GRACE, EVIDENCE).currentEpoch(), 1);
    }

    // --- seats ---

    function test_join_needsStakeSinceTheEpochsStart() public {
        address late = _operator(COUNT);
        _register(late, keys[COUNT]);
        source.setMember(service, late, true);
        vm.warp(block.timestamp + 1);
        // Borrowed for a transaction, or just deposited: neither counts in this epoch.
        _deposit(late, 0, MIN_ETH);
        _deposit(late, 1, MIN_ALT);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeTable.WeightTooLow.selector, late, 0, 0, MIN_ETH)
        );
        _join(late);
        _nextEpoch();
        _join(late);
        table.roll(service, COUNT + 1);
        assertTrue(_isListed(COUNT));
    }

    function test_join_refusals() public {
        vm.expectRevert(
            abi.encodeWithSelector(IStakeTable.AlreadySeated.selector, service, _operator(0))
        );
        _join(_operator(0));
        vm.expectRevert(abi.encodeWithSelector(IStakeTable.NotRegistered.selector, address(this)));
        table.join(service, address(0));
        _enrol(_operator(COUNT), keys[COUNT], MIN_ETH, MIN_ALT);
        _nextEpoch();
        vm.expectRevert(abi.encodeWithSelector(IStakeTable.SeatIsFree.selector, service));
        vm.prank(_operator(COUNT));
        table.join(service, _operator(0));
    }

    function test_leave_withTheNextTable() public {
        vm.prank(_operator(0));
        table.leave(service);
        assertTrue(_isSeated(_operator(0)));
        vm.expectRevert(
            abi.encodeWithSelector(IStakeTable.NotSeated.selector, service, _operator(0))
        );
        vm.prank(_operator(0));
        table.leave(service);
        table.roll(service, COUNT);
        assertFalse(_isListed(0));
        assertFalse(_isSeated(_operator(0)));
    }

    /// @dev A seat that is given up is filled by the last one, which can be given up in turn.
    function test_leave_ofWhoHasMoved() public {
        vm.prank(_operator(0));
        table.leave(service);
        table.roll(service, COUNT);
        assertEq(table.seatsOf(service)[0], _operator(COUNT - 1));
        vm.prank(_operator(COUNT - 1));
        table.leave(service);
        _nextEpoch();
        table.roll(service, COUNT);
        address[] memory seated = table.seatsOf(service);
        assertEq(seated.length, COUNT - 2);
        for (uint256 i = 1; i < COUNT - 1; i++) {
            assertTrue(_isSeated(_operator(i)), "whose seat it was not");
        }
    }

    function test_leave_canBeTakenBack() public {
        vm.prank(_operator(0));
        table.leave(service);
        _join(_operator(0));
        table.roll(service, COUNT);
        assertTrue(_isListed(0));
    }

    // --- reading ---

    function test_isUsable_forABoundedTime() public {
        uint48 epoch = _epoch();
        assertFalse(table.isUsable(service, epoch));
        table.roll(service, COUNT);
        uint256 end = uint256(table.epochStart(epoch)) + EPOCH + GRACE;
        assertTrue(table.isUsable(service, epoch));
        vm.warp(end);
        assertTrue(table.isUsable(service, epoch));
        vm.warp(end + 1);
        assertFalse(table.isUsable(service, epoch));
        assertEq(table.stakeTableOf(service, epoch).operators, COUNT, "evidence still reads it");
    }

    function testFuzz_signersOf_sumsTheSigners(
        uint256 bitmap
    ) public {
        table.roll(service, COUNT);
        bitmap = bound(bitmap, 0, (1 << COUNT) - 1);
        (G1Point memory key, uint256[2] memory signed, uint128[2] memory totals) =
            table.signersOf(service, _epoch(), bitmap);
        uint256[2] memory expected;
        G1Point memory sum;
        for (uint256 i = 0; i < COUNT; i++) {
            if ((bitmap >> _indexOf(i)) & 1 == 0) continue;
            expected[0] += _eth(i);
            expected[1] += _alt(i);
            sum = BN254.add(sum, keys[i].g1);
        }
        assertEq(signed[0], expected[0]);
        assertEq(signed[1], expected[1]);
        assertEq(key.x, sum.x);
        assertEq(key.y, sum.y);
        assertEq(totals[0], table.stakeTableOf(service, _epoch()).totals[0]);
        assertEq(totals[1], table.stakeTableOf(service, _epoch()).totals[1]);
    }

    /// @dev From keys to a certificate: signatures of five of seven verify against the table.
    function test_signersOf_verifiesAnAggregateSignature() public {
        table.roll(service, COUNT);
        G1Point memory hash = BN254.hashToG1(BN254.domain("test", 1, address(this)), "claim");
        uint256 bitmap;
        G1Point memory signature;
        G2Point memory keyG2 = keys[0].g2;
        for (uint256 i = 0; i < 5; i++) {
            bitmap |= 1 << _indexOf(i);
            signature = BN254.add(signature, BlsKeys.sign(keys[i], hash));
            if (i > 0) keyG2 = BlsKeys.add(keyG2, keys[i].g2);
        }
        (G1Point memory key,,) = table.signersOf(service, _epoch(), bitmap);
        assertTrue(BN254.verify(hash, key, keyG2, signature));
        (key,,) = table.signersOf(service, _epoch(), bitmap ^ 1);
        assertFalse(BN254.verify(hash, key, keyG2, signature));
    }

    function test_reading_outOfRange() public {
        uint48 epoch = _epoch();
        bytes memory none = abi.encodeWithSelector(IStakeTable.NoTable.selector, service, epoch);
        vm.expectRevert(none);
        table.signersOf(service, epoch, 0);
        vm.expectRevert(none);
        table.entryAt(service, epoch, 0);
        table.roll(service, COUNT);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeTable.UnknownSigner.selector, 1 << COUNT, COUNT)
        );
        table.signersOf(service, epoch, 1 << COUNT);
        vm.expectRevert(abi.encodeWithSelector(IStakeTable.IndexOutOfRange.selector, COUNT, COUNT));
        table.entryAt(service, epoch, COUNT);
        (bool found,) = table.indexOf(service, epoch, address(this));
        assertFalse(found);
    }

    function test_constructor_needsAWindowForEvidence() public {
        vm.expectRevert(
            abi.encodeWithSelector(IStakeTable.SlashingWindowTooShort.selector, WINDOW, WINDOW + 1)
        );
        new StakeTable(operators, slasher, EPOCH, GRACE, WINDOW - EPOCH - GRACE + 1);
    }

    function test_constructor_needsEpochsAndKeysKnownBeforeThem() public {
        vm.expectRevert(IStakeTable.EpochLengthZero.selector);
        new StakeTable(operators, slasher, 0, GRACE, EVIDENCE);
        OperatorRegistry hasty = new OperatorRegistry(EPOCH - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeTable.RotationDelayTooShort.selector, EPOCH - 1, EPOCH)
        );
        new StakeTable(hasty, slasher, EPOCH, GRACE, EVIDENCE);
    }
}

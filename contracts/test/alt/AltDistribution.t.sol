// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { AltDistribution } from "../../src/alt/AltDistribution.sol";
import { AltToken } from "../../src/alt/AltToken.sol";
import { AltVestingWallet } from "../../src/alt/AltVestingWallet.sol";
import { IAltDistribution } from "../../src/alt/interfaces/IAltDistribution.sol";
import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import { VestingWalletCliff } from "@openzeppelin/contracts/finance/VestingWalletCliff.sol";
import { IVotes } from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import { IERC20Errors } from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import { Test, Vm } from "forge-std/Test.sol";

contract AltDistributionTest is Test {
    uint64 internal constant START = 1_800_000_000;

    AltToken internal token;
    AltDistribution internal distribution;
    IAltDistribution.Allocation[] internal schedule;

    function setUp() public {
        vm.warp(START - 1 days);
        token = new AltToken(block.chainid, address(this), address(this));
        // The public percentages of the supply, in tenths.
        _allocate("treasury", 215, 0, 0);
        _allocate("protocol development", 200, 4 * 365 days, 0);
        _allocate("investors", 185, 3 * 365 days, 180 days);
        _allocate("team", 150, 4 * 365 days, 365 days);
        _allocate("ecosystem and community", 150, 4 * 365 days, 0);
        _allocate("advisors", 50, 3 * 365 days, 180 days);
        _allocate("launchpool", 50, 0, 0);
        distribution = _deploy(_all());
    }

    function _allocate(
        string memory name,
        uint256 permille,
        uint64 duration,
        uint64 cliff
    ) private {
        schedule.push(
            IAltDistribution.Allocation({
                beneficiary: makeAddr(name),
                amount: token.SUPPLY() * permille / 1000,
                start: START,
                duration: duration,
                cliff: cliff
            })
        );
    }

    function _all() private view returns (IAltDistribution.Allocation[] memory) {
        return schedule;
    }

    function _slice(
        uint256 from,
        uint256 to
    ) private view returns (IAltDistribution.Allocation[] memory page) {
        page = new IAltDistribution.Allocation[](to - from);
        for (uint256 i = from; i < to; i++) {
            page[i - from] = schedule[i];
        }
    }

    function _deploy(
        IAltDistribution.Allocation[] memory all
    ) private returns (AltDistribution) {
        AltDistribution probe = new AltDistribution(token, 0);
        (bytes32 hash,) = probe.hashSchedule(all, 0);
        AltDistribution deployed = new AltDistribution(token, hash);
        token.transfer(address(deployed), token.balanceOf(address(this)));
        return deployed;
    }

    function _restAfter(
        uint256 from
    ) private view returns (bytes32 hash) {
        (hash,) = distribution.hashSchedule(_slice(from, schedule.length), 0);
    }

    /// Wallets in the order of the schedule, from the events of `distribute`.
    function _distributeAll() private returns (AltVestingWallet[] memory wallets) {
        vm.recordLogs();
        distribution.distribute(_all(), 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        wallets = new AltVestingWallet[](schedule.length);
        uint256 found;
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] != IAltDistribution.WalletCreated.selector) continue;
            (address wallet,) = abi.decode(logs[i].data, (address, uint256));
            wallets[found++] = AltVestingWallet(payable(wallet));
        }
        assertEq(found, schedule.length);
    }

    function test_thePublicAllocationIsTheSupplyToTheWei() public view {
        (, uint256 total) = distribution.hashSchedule(_all(), 0);
        assertEq(total, token.SUPPLY());
    }

    function test_fundsAWalletForEveryAllocation() public {
        vm.expectEmit(address(distribution));
        emit IAltDistribution.Completed(7, token.SUPPLY());
        AltVestingWallet[] memory wallets = _distributeAll();
        for (uint256 i = 0; i < wallets.length; i++) {
            assertEq(wallets[i].owner(), schedule[i].beneficiary);
            assertEq(token.balanceOf(address(wallets[i])), schedule[i].amount);
            assertEq(wallets[i].start(), schedule[i].start);
            assertEq(wallets[i].duration(), schedule[i].duration);
            assertEq(wallets[i].cliff(), schedule[i].start + schedule[i].cliff);
        }
        assertEq(token.balanceOf(address(distribution)), 0);
        assertEq(distribution.commitment(), 0);
    }

    function testFuzz_anyoneDistributesInPagesOfAnySize(
        uint8[7] memory sizes,
        address caller
    ) public {
        vm.assume(caller != address(0));
        uint256 done;
        for (uint256 i = 0; done < schedule.length; i++) {
            uint256 size = bound(sizes[i % 7], 1, schedule.length - done);
            vm.prank(caller);
            distribution.distribute(_slice(done, done + size), _restAfter(done + size));
            done += size;
            assertEq(distribution.count(), done);
        }
        assertEq(token.balanceOf(address(distribution)), 0);
    }

    function test_refusesWhatTheScheduleDoesNotSay() public {
        IAltDistribution.Allocation[] memory changed = _all();
        changed[3].beneficiary = address(this);
        bytes32 expected = distribution.commitment();
        (bytes32 got,) = distribution.hashSchedule(changed, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IAltDistribution.NotNextInSchedule.selector, expected, got)
        );
        distribution.distribute(changed, 0);

        bytes32 rest = _restAfter(2);
        (got,) = distribution.hashSchedule(_slice(1, 2), rest);
        vm.expectRevert(
            abi.encodeWithSelector(IAltDistribution.NotNextInSchedule.selector, expected, got)
        );
        distribution.distribute(_slice(1, 2), rest);
    }

    function test_carriesTheScheduleOutOnce() public {
        distribution.distribute(_all(), 0);
        IAltDistribution.Allocation[] memory all = _all();
        vm.expectRevert(IAltDistribution.AlreadyComplete.selector);
        distribution.distribute(all, 0);
    }

    /// Who has a first page's tokens sends some back: the last page's beneficiaries get theirs.
    function test_aGiftKeepsNoOneFromItsAllocation() public {
        distribution.distribute(_slice(0, 6), _restAfter(6));
        uint256 due = distribution.distributed();
        assertEq(due, token.SUPPLY() - schedule[6].amount);
        vm.warp(START);
        address treasury = schedule[0].beneficiary;
        AltVestingWallet(_walletOf(0)).release(address(token));
        vm.prank(treasury);
        token.transfer(address(distribution), 1);
        vm.expectEmit(address(distribution));
        emit IAltDistribution.Completed(7, token.SUPPLY());
        distribution.distribute(_slice(6, 7), 0);
        assertEq(token.balanceOf(_walletOf(6)), schedule[6].amount);
        assertEq(token.balanceOf(address(distribution)), 1);
        assertEq(distribution.distributed(), token.SUPPLY());
    }

    /// @dev Wallets are the distribution's creations, in order.
    function _walletOf(
        uint256 index
    ) private view returns (address payable) {
        return payable(vm.computeCreateAddress(address(distribution), index + 1));
    }

    function test_waitsUntilItIsFunded() public {
        distribution.distribute(_slice(0, 6), _restAfter(6));
        deal(address(token), address(distribution), schedule[6].amount - 1);
        IAltDistribution.Allocation[] memory last = _slice(6, 7);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                address(distribution),
                schedule[6].amount - 1,
                schedule[6].amount
            )
        );
        distribution.distribute(last, 0);
        deal(address(token), address(distribution), schedule[6].amount);
        distribution.distribute(last, 0);
        assertEq(distribution.commitment(), 0);
    }

    function test_nothingBeforeTheCliffThenLinear() public {
        AltVestingWallet wallet = _distributeAll()[3];
        address beneficiary = schedule[3].beneficiary;
        uint256 amount = schedule[3].amount;
        vm.warp(START + 365 days - 1);
        wallet.release(address(token));
        assertEq(token.balanceOf(beneficiary), 0);
        vm.warp(START + 365 days);
        wallet.release(address(token));
        assertEq(token.balanceOf(beneficiary), amount / 4);
        vm.warp(START + 2 * 365 days);
        wallet.release(address(token));
        assertEq(token.balanceOf(beneficiary), amount / 2);
        vm.warp(START + 40 * 365 days);
        wallet.release(address(token));
        assertEq(token.balanceOf(beneficiary), amount);
    }

    function testFuzz_releasesNeverRunAheadOfTheSchedule(
        uint32[8] memory steps
    ) public {
        AltVestingWallet wallet = _distributeAll()[1];
        address beneficiary = schedule[1].beneficiary;
        for (uint256 i = 0; i < steps.length; i++) {
            skip(bound(steps[i], 0, 300 days));
            wallet.release(address(token));
            uint256 elapsed = block.timestamp < START ? 0 : block.timestamp - START;
            if (elapsed > schedule[1].duration) elapsed = schedule[1].duration;
            assertEq(
                token.balanceOf(beneficiary), schedule[1].amount * elapsed / schedule[1].duration
            );
        }
    }

    function test_lockedTokensVoteThroughTheBeneficiary() public {
        AltVestingWallet wallet = _distributeAll()[3];
        address beneficiary = schedule[3].beneficiary;
        vm.expectRevert(
            abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this))
        );
        wallet.delegate(IVotes(address(token)), address(this));
        vm.prank(beneficiary);
        wallet.delegate(IVotes(address(token)), beneficiary);
        assertEq(token.getVotes(beneficiary), schedule[3].amount);
    }

    function test_refusesACliffBeyondTheEnd() public {
        vm.expectRevert(
            abi.encodeWithSelector(VestingWalletCliff.InvalidCliffDuration.selector, 11, 10)
        );
        new AltVestingWallet(address(this), START, 10, 11);
    }
}

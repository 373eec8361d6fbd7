// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IServiceFees } from "../../src/alt/interfaces/IServiceFees.sol";
import { FeesFixture } from "./utils/FeesFixture.sol";
import { StakedAltFixture } from "./utils/StakedAltFixture.sol";

/// @notice Depositors, leavers, donors, slashes and harvests around reALT. The price is kept as the
/// fraction it is: worth of all shares over their number, virtual ones included.
contract StakedAltInvariants is StakedAltFixture {
    uint256 private constant ACTORS = 3;
    uint256 public deposited;
    uint256 public left;
    uint256 public slashed;
    uint256 public harvested;
    uint256 public donated;

    function setUp() public override {
        super.setUp();
        bytes4[] memory selectors = new bytes4[](8);
        selectors[0] = this.deposit.selector;
        selectors[1] = this.mint.selector;
        selectors[2] = this.leave.selector;
        selectors[3] = this.donate.selector;
        selectors[4] = this.depositBeside.selector;
        selectors[5] = this.slash.selector;
        selectors[6] = this.harvest.selector;
        selectors[7] = this.wait.selector;
        targetSelector(FuzzSelector(address(this), selectors));
        targetContract(address(this));
    }

    function _actor(
        uint256 seed
    ) private pure returns (address) {
        return address(uint160(0xa1 + seed % ACTORS));
    }

    /// @dev Nothing but a slash lowers the price, and nothing but rewards raises it.
    modifier keepsThePrice() {
        _stopStream();
        uint256 before = staked.convertToAssets(1e24);
        _;
        uint256 after_ = staked.convertToAssets(1e24);
        assertGe(after_, before, "the price fell without a slash");
        uint256 supply = staked.totalSupply();
        // What rounding leaves to all who hold: less than a share's worth and three wei. Where next
        // to nothing is left, in the vault too, that is a lot for a share.
        uint256 gained = (after_ - before) * supply;
        assertLe(gained, before + 3e24 + supply, "the price rose without rewards");
    }

    /// @dev What streams in between two looks at the price would be taken for something else.
    function _stopStream() private {
        staked.compound();
    }

    function deposit(
        uint256 seed,
        uint256 amount
    ) external keepsThePrice {
        // An amount worth at least a share.
        amount = bound(amount, staked.previewMint(1) + 1, 1e26);
        _deposit(_actor(seed), amount);
        deposited += amount;
    }

    function mint(
        uint256 seed,
        uint256 shares
    ) external keepsThePrice {
        // Where all have left, the rewards still streaming in make a share dear.
        shares = bound(shares, 1, staked.convertToShares(1e26) + 1);
        address who = _actor(seed);
        uint256 cost = staked.previewMint(shares);
        alt.mint(who, cost);
        vm.startPrank(who);
        alt.approve(address(staked), cost);
        assertEq(staked.mint(shares, who), cost);
        vm.stopPrank();
        deposited += cost;
    }

    function leave(
        uint256 seed,
        uint256 shares
    ) external keepsThePrice {
        address who = _actor(seed);
        shares = bound(shares, 0, staked.balanceOf(who));
        uint256 expected = staked.previewRedeem(shares);
        if (expected == 0) return;
        vm.prank(who);
        (uint256 assets,) = staked.requestRedeem(shares, who, who);
        assertEq(assets, expected);
        left += assets;
    }

    function donate(
        uint256 amount
    ) external keepsThePrice {
        amount = bound(amount, 1, 1e26);
        alt.mint(address(this), 3 * amount);
        alt.transfer(address(staked), amount);
        alt.transfer(address(vault), amount);
        alt.approve(address(vault), amount);
        vault.deposit(address(staked), amount);
        donated += amount;
    }

    function depositBeside(
        uint256 amount
    ) external keepsThePrice {
        amount = bound(amount, 1, 1e26);
        alt.mint(address(this), amount);
        alt.approve(address(vault), amount);
        vault.deposit(address(this), amount);
        donated += amount;
    }

    function slash(
        uint256 fraction
    ) external {
        vm.warp(block.timestamp + 1);
        _stopStream();
        // A vault that has lost everything is of no use to anyone: tested by itself.
        fraction = bound(fraction, 0, 0.3e18);
        if (vault.activeStake() * fraction / 1e18 < 1e9) return;
        uint256 before = staked.totalAssets();
        slashed += _slash(fraction);
        assertLe(staked.totalAssets(), before);
        vm.warp(block.timestamp + 1);
    }

    function harvest(
        uint256 amount
    ) external keepsThePrice {
        // What is bonded earns in proportion to it.
        if (staked.totalAssets() < 5) return;
        amount = bound(amount, 1, staked.totalAssets() / 5);
        _harvest(amount);
        harvested += amount;
    }

    function wait(
        uint256 time
    ) external {
        vm.warp(block.timestamp + bound(time, 1, 5 days));
    }

    /// @dev What the runs draw at random, once in order: every branch of the handler is reached.
    function test_theHandlerReachesWhatItIsFor() public {
        this.deposit(0, 1e24);
        this.mint(1, 1e24);
        this.depositBeside(1e24);
        this.donate(1e24);
        this.harvest(1e23);
        this.wait(3 days);
        this.slash(0.2e18);
        this.wait(5 days);
        this.leave(0, 1e23);
        assertGt(slashed, 0);
        assertGt(harvested, 0);
        assertGt(left, 0);
        (uint128 streaming,,) = staked.stream();
        assertEq(streaming, 0);
        invariant_everyWeiIsAccountedFor();
    }

    /// @dev All ALT that came is in the vault, burned, streaming, or a gift that lies about.
    function invariant_everyWeiIsAccountedFor() public view {
        (uint128 streaming,,) = staked.stream();
        uint256 gifts = alt.balanceOf(address(staked)) - streaming;
        assertEq(
            alt.balanceOf(address(vault)) + alt.balanceOf(burner) + streaming + gifts,
            alt.totalSupply()
        );
        assertEq(alt.balanceOf(burner), slashed);
        assertLe(staked.totalAssets(), vault.activeBalanceOf(address(staked)) + streaming);
        assertLe(staked.totalAssets() + left, deposited + harvested + 1000);
    }
}

/// @notice A rollup that pays or does not, governance that changes rates, and operators that claim.
contract FeesInvariants is FeesFixture {
    address[2] private _seated;
    address[2] private _delegators = [makeAddr("alice"), makeAddr("bob")];
    uint256 private _prepaid;
    uint256 private _granted;
    uint256 private _refunded;
    uint256 private _claimed;
    uint256 private _reclaimed;
    uint256 private _consumed;
    uint48 private _first;

    function setUp() public override {
        super.setUp();
        _seated = _seatTwo();
        for (uint256 i = 0; i < 2; i++) {
            source.setDelegation(service, _seated[i], 0, _delegators[0], 1e18);
            source.setDelegation(service, _seated[i], 1, _delegators[1], 1e18);
        }
        _first = table.currentEpoch();
        bytes4[] memory selectors = new bytes4[](10);
        selectors[0] = this.prepay.selector;
        selectors[1] = this.consume.selector;
        selectors[2] = this.giveNotice.selector;
        selectors[3] = this.refund.selector;
        selectors[4] = this.setRate.selector;
        selectors[5] = this.grant.selector;
        selectors[6] = this.report.selector;
        selectors[7] = this.claim.selector;
        selectors[8] = this.wait.selector;
        selectors[9] = this.reclaim.selector;
        targetSelector(FuzzSelector(address(this), selectors));
        targetContract(address(this));
    }

    function prepay(
        uint256 amount,
        bool byOwner
    ) external {
        IServiceFees.Account memory account = fees.accountOf(service);
        uint48 current = table.currentEpoch();
        bool over = account.endEpoch != 0 && account.endEpoch < current;
        if (over && account.nextEpoch <= account.endEpoch) return;
        uint256 least;
        if (over || account.nextEpoch == 0) {
            uint256 needed = fees.costOf(service, current + 1, current + 1 + NOTICE);
            if (needed > account.balance) least = needed - account.balance;
        }
        amount = bound(amount, least, least + 20 * RATE);
        // Who left on its own comes back on its own.
        if (over && account.byOwner) byOwner = true;
        _prepay(byOwner ? rollupOwner : payer, amount);
        _prepaid += amount;
    }

    function consume(
        uint256 limit
    ) external {
        IServiceFees.Account memory before = fees.accountOf(service);
        try fees.consume(service, bound(limit, 1, 10)) returns (uint256 consumed) {
            IServiceFees.Account memory after_ = fees.accountOf(service);
            assertEq(after_.nextEpoch - before.nextEpoch, consumed);
            _consumed += consumed;
            // Never ahead of time, never more than the rates.
            assertLe(after_.nextEpoch, table.currentEpoch());
            assertLe(
                before.balance - after_.balance,
                fees.costOf(service, before.nextEpoch, after_.nextEpoch - 1)
            );
        } catch (bytes memory reason) {
            assertTrue(
                bytes4(reason) == IServiceFees.NothingToConsume.selector
                    || bytes4(reason) == IServiceFees.NotStarted.selector
            );
        }
    }

    function giveNotice(
        bool byOwner
    ) external {
        uint48 end = fees.accountOf(service).endEpoch;
        vm.prank(byOwner ? rollupOwner : payer);
        try fees.giveNotice(service) {
            if (end == 0) end = table.currentEpoch() + NOTICE;
            assertEq(fees.accountOf(service).endEpoch, end);
        } catch (bytes memory reason) {
            bytes4 why = bytes4(reason);
            assertTrue(
                why == IServiceFees.NotStarted.selector
                    || why == IServiceFees.NoticeAlreadyGiven.selector
                    || (!byOwner
                        && (why == IServiceFees.Covered.selector
                            || why == IServiceFees.NotConsumed.selector))
            );
        }
    }

    function refund() external {
        IServiceFees.Account memory account = fees.accountOf(service);
        vm.prank(rollupOwner);
        try fees.refund(service, rollupOwner) returns (uint256 amount) {
            assertTrue(account.endEpoch != 0 && account.nextEpoch > account.endEpoch);
            _refunded += amount;
        } catch (bytes memory reason) {
            assertTrue(
                bytes4(reason) == IServiceFees.NotEnded.selector
                    || bytes4(reason) == IServiceFees.NothingToRefund.selector
            );
        }
    }

    function setRate(
        uint256 rate
    ) external {
        vm.prank(address(timelock));
        fees.setRate(KIND, bound(rate, 0, 5 * RATE));
    }

    function grant(
        uint256 amount,
        uint256 age
    ) external {
        amount = bound(amount, 1, RATE);
        uint48 epoch = _epoch(age);
        _fund(epoch, amount);
        _granted += amount;
    }

    function report(
        uint256 seed,
        uint256 done
    ) external {
        participation.say(table.currentEpoch(), _seated[seed % 2], bound(done, 0, 120), 100);
    }

    function claim(
        uint256 seed,
        uint256 age
    ) external {
        uint48 epoch = _epoch(age);
        uint256 settled = table.epochStart(epoch + 1) + GRACE + REPORT_TIME;
        if (block.timestamp <= settled || block.timestamp > settled + CLAIM_PERIOD) return;
        address operator = _seated[seed % 2];
        address delegator = _delegators[seed / 2 % 2];
        if (rewards.operatorClaimable(service, epoch, operator) > 0) {
            vm.prank(operator);
            _claimed += rewards.claimOperator(service, _one(epoch), operator);
        }
        if (rewards.delegatorClaimable(service, epoch, operator, delegator) > 0) {
            vm.prank(delegator);
            _claimed += rewards.claimDelegator(service, operator, _one(epoch), delegator);
        }
    }

    function wait(
        uint256 time
    ) external {
        vm.warp(block.timestamp + bound(time, 1 hours, 2 days));
        if (table.remainingSeats(service) > 0) table.roll(service, 10);
    }

    /// @dev What no one took of a pot in time is the treasury's. Half a year goes by once in a
    /// while.
    function reclaim(
        uint256 age
    ) external {
        uint48 epoch = _epoch(age);
        if (age % 8 == 0) vm.warp(block.timestamp + CLAIM_PERIOD + 10 days);
        (uint256 funded, uint256 paid) = rewards.potOf(service, epoch);
        uint256 expires = table.epochStart(epoch + 1) + GRACE + REPORT_TIME + CLAIM_PERIOD;
        if (funded == paid || block.timestamp <= expires) return;
        _reclaimed += rewards.reclaim(service, epoch);
    }

    function _epoch(
        uint256 age
    ) private view returns (uint48) {
        uint48 current = table.currentEpoch();
        uint48 oldest = current > _first + 12 ? current - 12 : _first;
        return uint48(bound(age, oldest, current));
    }

    /// @dev What was prepaid is held, refunded or in pots; what is in pots is held or claimed; and
    /// no epoch is consumed before it has passed.
    function invariant_everyWeiIsAccountedForAndNoneAheadOfTime() public view {
        IServiceFees.Account memory account = fees.accountOf(service);
        assertLe(account.nextEpoch, table.currentEpoch() + 1);
        assertEq(tokens[1].balanceOf(address(fees)), account.balance);
        uint256 funded = _prepaid + _granted - account.balance - _refunded;
        // With what came to expired pots, and so to the treasury at once.
        uint256 paid = _claimed + tokens[1].balanceOf(treasury);
        assertLe(paid, funded, "more was paid than funded");
        assertEq(tokens[1].balanceOf(address(rewards)), funded - paid);
    }

    /// @dev The same pot by pot, at the end of each run.
    function afterInvariant() public view {
        uint256 funded;
        uint256 paid;
        for (uint48 epoch = 1; epoch <= table.currentEpoch(); epoch++) {
            (uint256 in_, uint256 out) = rewards.potOf(service, epoch);
            assertLe(out, in_, "more was paid than funded");
            funded += in_;
            paid += out;
        }
        uint256 late = tokens[1].balanceOf(treasury) - _reclaimed;
        assertEq(_prepaid + _granted, fees.accountOf(service).balance + _refunded + funded + late);
        assertEq(paid, _claimed + _reclaimed);
    }

    /// @dev What the runs draw at random, once in order: every branch of the handler is reached.
    function test_theHandlerReachesWhatItIsFor() public {
        this.prepay(10 * RATE, false);
        uint48 first = table.currentEpoch() + 1;
        for (uint256 i = 0; i < 5; i++) {
            this.wait(1 days);
        }
        this.report(0, 50);
        this.grant(RATE, first);
        this.setRate(2 * RATE);
        this.consume(10);
        this.claim(0, first);
        this.claim(3, first);
        this.giveNotice(true);
        for (uint256 i = 0; i <= NOTICE; i++) {
            this.wait(1 days);
        }
        this.consume(10);
        this.refund();
        // A number that means the first epoch, and half a year.
        uint256 age = first;
        while (age % 8 != 0 || _epoch(age) != first) {
            age++;
        }
        this.reclaim(age);
        assertGt(_consumed, 0);
        assertGt(_claimed, 0);
        assertGt(_refunded, 0);
        assertGt(_reclaimed, 0);
        invariant_everyWeiIsAccountedForAndNoneAheadOfTime();
        afterInvariant();
    }
}

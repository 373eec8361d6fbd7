// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IStakeSource } from "../../src/restaking/interfaces/IStakeSource.sol";
import { BlsKeys } from "./utils/BlsKeys.sol";
import { RestakingTest } from "./utils/RestakingTest.sol";
import { StakeSourceDouble } from "./utils/StakeSourceDouble.sol";
import { IERC20 } from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice Refuses to answer with too little gas, as a source of many vaults does, and leaves what
/// it was given.
contract DearStakeSource is StakeSourceDouble {
    uint256 private constant NEEDED = 1_000_000;

    constructor(
        address slasher_,
        uint48 window,
        IERC20[2] memory assets_
    ) StakeSourceDouble(slasher_, window, assets_) { }

    function stakeAt(
        bytes32 service,
        address operator,
        uint8 quorum,
        uint48 timestamp
    ) public view override returns (uint256) {
        require(gasleft() >= NEEDED, "too little gas");
        return super.stakeAt(service, operator, quorum, timestamp);
    }
}

/// @notice A caller that gives a roll just so much gas that stakes cannot be read, but seats could
/// be taken for it.
contract StakeTableDearSourceTest is RestakingTest {
    uint256 internal constant COUNT = 3;

    function _newSource(
        address slasher_
    ) internal override returns (IStakeSource) {
        source = new DearStakeSource(slasher_, WINDOW, [IERC20(tokens[0]), IERC20(tokens[1])]);
        return source;
    }

    function setUp() public override {
        super.setUp();
        BlsKeys.Key[] memory keys = BlsKeys.keys(COUNT);
        for (uint256 i = 0; i < COUNT; i++) {
            _enrol(_operator(i), keys[i], MIN_ETH, MIN_ALT);
        }
        _nextEpoch();
        for (uint256 i = 0; i < COUNT; i++) {
            _join(_operator(i));
        }
    }

    function testFuzz_roll_littleGasForADearSourceExpelsNoOne(
        uint256 gasGiven
    ) public {
        gasGiven = bound(gasGiven, 500_000, 3_000_000);
        try table.roll{ gas: gasGiven }(service, 1) { } catch { }
        assertEq(table.seatsOf(service).length, COUNT);
        table.roll(service, COUNT);
        assertEq(table.stakeTableOf(service, table.currentEpoch()).operators, COUNT);
    }
}

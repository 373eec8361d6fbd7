// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { OperatorRegistry } from "../../../src/restaking/OperatorRegistry.sol";
import { RollupRegistry } from "../../../src/restaking/RollupRegistry.sol";
import { Slasher } from "../../../src/restaking/Slasher.sol";
import { StakeTable } from "../../../src/restaking/StakeTable.sol";
import { IRollupRegistry } from "../../../src/restaking/interfaces/IRollupRegistry.sol";
import { ISlasher } from "../../../src/restaking/interfaces/ISlasher.sol";
import { IStakeSource } from "../../../src/restaking/interfaces/IStakeSource.sol";
import { G1Point } from "../../../src/restaking/libraries/BN254.sol";
import { BlsKeys } from "./BlsKeys.sol";
import { EvidenceDouble, SystemConfigDouble, TokenDouble } from "./Doubles.sol";
import { TimelockController } from "@openzeppelin/contracts/governance/TimelockController.sol";
import { Test } from "forge-std/Test.sol";

/// @notice A rollup with one service, restaked through whatever source a test brings.
abstract contract RestakedSystem is Test {
    uint48 internal constant EPOCH = 1 days;
    uint48 internal constant GRACE = 12 hours;
    uint48 internal constant EVIDENCE = 5 days;
    uint48 internal constant WINDOW = 7 days;
    uint48 internal constant SETTINGS_DELAY = 3 days;
    uint48 internal constant ROTATION_DELAY = 1 days;
    uint256 internal constant CHAIN_ID = 901;
    bytes32 internal constant KIND = "mach";
    bytes32 internal constant OFFENCE_KIND = "mach.equivocation";
    uint96 internal constant MIN_ETH = 32e18;
    uint96 internal constant MIN_ALT = 10_000e18;

    TimelockController internal timelock;
    OperatorRegistry internal operators;
    RollupRegistry internal rollups;
    Slasher internal slasher;
    IStakeSource internal stakeSource;
    StakeTable internal table;
    EvidenceDouble internal evidence;
    TokenDouble[2] internal tokens;
    bytes32 internal service;
    address internal rollupOwner = makeAddr("rollup owner");
    address internal fund = makeAddr("restitution fund");

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        timelock = new TimelockController(2 days, new address[](0), new address[](0), address(this));
        operators = new OperatorRegistry(ROTATION_DELAY);
        rollups = new RollupRegistry(address(timelock), SETTINGS_DELAY);
        tokens = _newTokens();
        _prepare();
        // Source and Slasher each know the other from birth.
        address slasherAddress =
            vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        stakeSource = _newSource(slasherAddress);
        slasher = new Slasher(timelock, stakeSource, rollups);
        assertEq(address(slasher), slasherAddress);
        table = new StakeTable(operators, slasher, EPOCH, GRACE, EVIDENCE);
        evidence = new EvidenceDouble();
        SystemConfigDouble config = new SystemConfigDouble(address(this), address(this));
        vm.prank(address(timelock));
        rollups.register(CHAIN_ID, address(config), rollupOwner, fund);
        service = rollups.serviceId(CHAIN_ID, KIND);
        _configure(true, MIN_ETH, MIN_ALT);
        _setRule(0.1e18, 0.2e18, 0.3e18);
    }

    /// @dev A token a quorum.
    function _newTokens() internal virtual returns (TokenDouble[2] memory) {
        return [new TokenDouble("WETH"), new TokenDouble("ALT")];
    }

    function _give(
        uint8 quorum,
        address to,
        uint256 amount
    ) internal virtual {
        tokens[quorum].mint(to, amount);
    }

    /// @dev Runs before the source is made.
    function _prepare() internal virtual;

    /// @dev Makes the source in one creation.
    function _newSource(
        address slasher_
    ) internal virtual returns (IStakeSource);

    function _configure(
        bool enabled,
        uint96 minEth,
        uint96 minAlt
    ) internal {
        vm.prank(rollupOwner);
        rollups.configureService(
            CHAIN_ID, KIND, IRollupRegistry.ServiceSettings(enabled, [minEth, minAlt])
        );
    }

    function _setRule(
        uint64 fraction,
        uint64 reward,
        uint64 restitution
    ) internal {
        vm.prank(address(timelock));
        slasher.setRule(OFFENCE_KIND, ISlasher.Rule(evidence, fraction, reward, restitution));
    }

    function _register(
        address operator,
        BlsKeys.Key memory key
    ) internal {
        G1Point memory proof = BlsKeys.sign(key, operators.proofOfPossessionHash(operator, key.g1));
        vm.prank(operator);
        operators.register(key.g1, key.g2, proof);
    }

    function _join(
        address operator
    ) internal {
        vm.prank(operator);
        table.join(service, address(0));
    }

    function _nextEpoch() internal {
        vm.warp(table.epochStart(table.currentEpoch() + 1) + 1);
        vm.roll(vm.getBlockNumber() + 7200);
    }

    function _operator(
        uint256 i
    ) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("operator", i)))));
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IEvidenceModule } from "../../../src/restaking/interfaces/IEvidenceModule.sol";
import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

contract TokenDouble is ERC20 {
    constructor(
        string memory symbol_
    ) ERC20(symbol_, symbol_) { }

    function mint(
        address to,
        uint256 amount
    ) external {
        _mint(to, amount);
    }
}

/// @notice Addresses of an OP Stack chain, as its SystemConfig answers them.
contract SystemConfigDouble {
    address public immutable optimismPortal;
    address public immutable disputeGameFactory;

    constructor(
        address portal,
        address factory
    ) {
        optimismPortal = portal;
        disputeGameFactory = factory;
    }
}

/// @notice Holds exactly those pieces of evidence to be true that a test put there.
contract EvidenceDouble is IEvidenceModule {
    error Unproven();

    mapping(bytes32 => Offence) private _offences;

    function prove(
        address operator,
        uint48 timestamp,
        bytes calldata evidence,
        Offence calldata offence
    ) external {
        _offences[keccak256(abi.encode(operator, timestamp, evidence))] = offence;
    }

    function verify(
        address operator,
        uint48 timestamp,
        bytes calldata evidence
    ) external view returns (Offence memory offence) {
        offence = _offences[keccak256(abi.encode(operator, timestamp, evidence))];
        if (offence.service == 0) revert Unproven();
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { ERC20 } from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Keeps a hundredth of every transfer.
contract FeeToken is ERC20 {
    constructor() ERC20("Fee", "FEE") { }

    function mint(
        address to,
        uint256 amount
    ) external {
        _mint(to, amount);
    }

    function _update(
        address from,
        address to,
        uint256 value
    ) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, value);
        super._update(from, to, value - value / 100);
        super._update(from, address(0), value / 100);
    }
}

/// @notice Halves or doubles everyone's balance at a word.
contract RebasingToken is ERC20 {
    uint256 public numerator = 1;
    uint256 public denominator = 1;

    constructor() ERC20("Rebasing", "REB") { }

    function mint(
        address to,
        uint256 amount
    ) external {
        _mint(to, amount * denominator / numerator);
    }

    function rebase(
        uint256 numerator_,
        uint256 denominator_
    ) external {
        (numerator, denominator) = (numerator_, denominator_);
    }

    function balanceOf(
        address account
    ) public view override returns (uint256) {
        return super.balanceOf(account) * numerator / denominator;
    }

    function _update(
        address from,
        address to,
        uint256 value
    ) internal override {
        bool isTransfer = from != address(0) && to != address(0);
        super._update(from, to, isTransfer ? value * denominator / numerator : value);
    }
}

/// @notice Refuses transfers while it is told to.
contract RevertingToken is ERC20 {
    bool public refusing;

    constructor() ERC20("Reverting", "REV") { }

    function mint(
        address to,
        uint256 amount
    ) external {
        _mint(to, amount);
    }

    function refuse(
        bool value
    ) external {
        refusing = value;
    }

    function _update(
        address from,
        address to,
        uint256 value
    ) internal override {
        require(!refusing || from == address(0), "refused");
        super._update(from, to, value);
    }
}

/// @notice Calls someone in the middle of every transfer, once for each time it is armed.
contract ReentrantToken is ERC20 {
    address private _target;
    bytes private _call;
    bool public succeeded;

    constructor() ERC20("Reentrant", "REE") { }

    function mint(
        address to,
        uint256 amount
    ) external {
        _mint(to, amount);
    }

    function arm(
        address target,
        bytes calldata call_
    ) external {
        (_target, _call, succeeded) = (target, call_, false);
    }

    function _update(
        address from,
        address to,
        uint256 value
    ) internal override {
        if (_target != address(0) && from != address(0)) {
            address target = _target;
            _target = address(0);
            (succeeded,) = target.call(_call);
        }
        super._update(from, to, value);
    }
}

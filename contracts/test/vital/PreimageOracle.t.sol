// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { PreimageOracle } from "../../src/vital/PreimageOracle.sol";
import { IPreimageOracle } from "../../src/vital/interfaces/IPreimageOracle.sol";
import { Precompiles } from "../../src/vital/libraries/Precompiles.sol";
import { PreimageKey } from "../../src/vital/libraries/PreimageKey.sol";
import { Test } from "forge-std/Test.sol";

contract PreimageOracleTest is Test {
    PreimageOracle internal oracle = new PreimageOracle();
    address internal mallory = makeAddr("mallory");

    /// @dev What `readPreimage` must answer, computed apart from the contract.
    function _expect(
        bytes memory data,
        uint256 offset
    ) private pure returns (bytes32 part, uint256 length) {
        bytes memory whole = abi.encodePacked(uint64(data.length), data);
        for (uint256 i = offset; i < whole.length && i < offset + 32; ++i) {
            part |= bytes32(whole[i]) >> (8 * (i - offset));
            ++length;
        }
    }

    function _assertPart(
        bytes32 key,
        bytes memory data,
        uint256 offset
    ) private view {
        (bytes32 part, uint256 length) = oracle.readPreimage(key, offset);
        (bytes32 expectedPart, uint256 expectedLength) = _expect(data, offset);
        assertEq(part, expectedPart);
        assertEq(length, expectedLength);
        assertEq(oracle.preimageLengths(key), data.length);
    }

    function _typed(
        uint256 keyType,
        bytes32 hash
    ) private pure returns (bytes32) {
        return bytes32(keyType << 248) | (hash & bytes32(uint256(type(uint248).max)));
    }

    // --- hashes ---

    function testFuzz_keccak256(
        bytes memory data,
        uint256 offset
    ) public {
        offset = bound(offset, 0, data.length + 8);
        bytes32 key = _typed(2, keccak256(data));
        vm.expectEmit(address(oracle));
        emit IPreimageOracle.PreimagePartLoaded(key, offset);
        oracle.loadKeccak256PreimagePart(offset, data);
        _assertPart(key, data, offset);
    }

    function testFuzz_sha256(
        bytes memory data,
        uint256 offset
    ) public {
        offset = bound(offset, 0, data.length + 8);
        oracle.loadSha256PreimagePart(offset, data);
        _assertPart(_typed(4, sha256(data)), data, offset);
    }

    function testFuzz_offsetBehindTheEnd(
        bytes memory data,
        uint256 offset
    ) public {
        offset = bound(offset, data.length + 9, type(uint256).max);
        bytes memory expected = abi.encodeWithSelector(
            IPreimageOracle.PartOffsetOOB.selector, offset, data.length + 8
        );
        vm.expectRevert(expected);
        oracle.loadKeccak256PreimagePart(offset, data);
        vm.expectRevert(expected);
        oracle.loadSha256PreimagePart(offset, data);
    }

    function test_read_notLoaded() public {
        oracle.loadKeccak256PreimagePart(0, "abc");
        bytes32 key = _typed(2, keccak256("abc"));
        vm.expectRevert(
            abi.encodeWithSelector(IPreimageOracle.PreimageNotFound.selector, key, uint256(1))
        );
        oracle.readPreimage(key, 1);
    }

    function test_empty() public {
        oracle.loadKeccak256PreimagePart(0, "");
        (bytes32 part, uint256 length) = oracle.readPreimage(_typed(2, keccak256("")), 0);
        assertEq(part, 0);
        assertEq(length, 8);
    }

    // --- local data ---

    function testFuzz_local(
        uint256 ident,
        bytes32 context,
        bytes32 word,
        uint256 size,
        uint256 offset
    ) public {
        size = bound(size, 0, 32);
        offset = bound(offset, 0, size + 8);
        bytes32 asked = _typed(1, bytes32(ident));
        bytes32 key = _typed(1, keccak256(abi.encode(asked, address(this), context)));
        assertEq(oracle.loadLocalData(ident, context, word, size, offset), key);
        bytes memory data = new bytes(size);
        for (uint256 i; i < size; ++i) {
            data[i] = word[i];
        }
        _assertPart(key, data, offset);
    }

    function testFuzz_local_ofAnother(
        uint256 ident,
        bytes32 context,
        bytes32 word
    ) public {
        bytes32 mine = oracle.loadLocalData(ident, context, word, 32, 8);
        vm.prank(mallory);
        assertNotEq(oracle.loadLocalData(ident, context, ~word, 32, 8), mine);
        (bytes32 part,) = oracle.readPreimage(mine, 8);
        assertEq(part, word);
    }

    function test_local_tooLong() public {
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.InvalidLocalSize.selector, 33));
        oracle.loadLocalData(1, 0, 0, 33, 0);
    }

    // --- large preimages ---

    /// @dev Loads in pieces of whole blocks.
    function _loadLarge(
        bytes memory data,
        uint256 offset,
        uint256 piece
    ) private {
        oracle.initLPP(7, uint32(offset), uint32(data.length));
        uint256 start;
        do {
            uint256 end = start + piece;
            if (end > data.length) end = data.length;
            oracle.absorbLPP(7, start, _slice(data, start, end));
            start = end;
        } while (start < data.length);
    }

    function _slice(
        bytes memory data,
        uint256 start,
        uint256 end
    ) private pure returns (bytes memory piece) {
        piece = new bytes(end - start);
        for (uint256 i; i < piece.length; ++i) {
            piece[i] = data[start + i];
        }
    }

    function _random(
        uint256 seed,
        uint256 size
    ) private pure returns (bytes memory data) {
        data = new bytes(size);
        for (uint256 i; i < size; ++i) {
            if (i % 32 == 0) seed = uint256(keccak256(abi.encode(seed)));
            data[i] = bytes1(uint8(seed >> (8 * (i % 32))));
        }
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_large(
        uint256 seed,
        uint256 size,
        uint256 offset,
        uint256 blocks
    ) public {
        size = bound(size, 1, 1000);
        offset = bound(offset, 0, size + 8);
        bytes memory data = _random(seed, size);
        _loadLarge(data, offset, 136 * bound(blocks, 1, 8));
        _assertPart(_typed(2, keccak256(data)), data, offset);
        assertEq(oracle.largePreimage(address(this), 7).claimedSize, 0, "forgotten");
    }

    function test_large_aroundTheRate() public {
        uint256[7] memory sizes = [uint256(1), 135, 136, 137, 271, 272, 273];
        for (uint256 i; i < sizes.length; ++i) {
            bytes memory data = _random(i, sizes[i]);
            for (uint256 offset; offset <= sizes[i] + 8; offset += 29) {
                _loadLarge(data, offset, 136);
                _assertPart(_typed(2, keccak256(data)), data, offset);
            }
        }
    }

    function test_large_ofTwoClaimants() public {
        bytes memory mine = _random(1, 300);
        bytes memory other = _random(2, 300);
        oracle.initLPP(1, 0, 300);
        oracle.absorbLPP(1, 0, _slice(mine, 0, 136));
        vm.startPrank(mallory);
        oracle.initLPP(1, 0, 300);
        oracle.absorbLPP(1, 0, _slice(other, 0, 136));
        vm.stopPrank();
        oracle.absorbLPP(1, 136, _slice(mine, 136, 300));
        _assertPart(_typed(2, keccak256(mine)), mine, 0);
        vm.prank(mallory);
        oracle.absorbLPP(1, 136, _slice(other, 136, 300));
        _assertPart(_typed(2, keccak256(other)), other, 0);
    }

    function test_large_refusals() public {
        vm.expectRevert(IPreimageOracle.EmptyLargePreimage.selector);
        oracle.initLPP(1, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IPreimageOracle.PartOffsetOOB.selector, uint256(19), uint256(18))
        );
        oracle.initLPP(1, 19, 10);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPreimageOracle.LargePreimageNotFound.selector, address(this), uint256(1)
            )
        );
        oracle.absorbLPP(1, 0, "a");
        vm.expectEmit(address(oracle));
        emit IPreimageOracle.LargePreimageInitialized(address(this), 1, 0, 300);
        oracle.initLPP(1, 0, 300);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPreimageOracle.LargePreimageExists.selector, address(this), uint256(1)
            )
        );
        oracle.initLPP(1, 0, 300);
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.NotWholeBlocks.selector, 0));
        oracle.absorbLPP(1, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.NotWholeBlocks.selector, 137));
        oracle.absorbLPP(1, 0, new bytes(137));
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.TooManyBytes.selector, 300, 301));
        oracle.absorbLPP(1, 0, new bytes(301));
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.WrongStart.selector, 0, 136));
        oracle.absorbLPP(1, 136, new bytes(136));
        vm.expectEmit(address(oracle));
        emit IPreimageOracle.LargePreimageAbsorbed(address(this), 1, 136);
        oracle.absorbLPP(1, 0, new bytes(136));
        assertEq(oracle.largePreimage(address(this), 1).bytesAbsorbed, 136);
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.WrongStart.selector, 136, 0));
        oracle.absorbLPP(1, 0, new bytes(136));
    }

    function test_challengePeriod() public view {
        assertEq(oracle.challengePeriod(), 0);
    }

    // --- precompiles ---

    function _key(
        address precompile,
        uint64 gas_,
        bytes memory input
    ) private pure returns (bytes32) {
        return _typed(6, keccak256(abi.encodePacked(precompile, gas_, input)));
    }

    function _assertAnswer(
        address precompile,
        uint64 gas_,
        bytes memory input,
        bytes memory answer
    ) private {
        for (uint256 offset; offset < answer.length + 8; offset += 13) {
            oracle.loadPrecompilePreimagePart(offset, precompile, gas_, input);
            _assertPart(_key(precompile, gas_, input), answer, offset);
        }
    }

    function testFuzz_precompile_hashes(
        bytes memory input
    ) public {
        _assertAnswer(address(2), 60, input, abi.encodePacked(uint8(1), sha256(input)));
        bytes32 ripemd = bytes32(uint256(uint160(ripemd160(input))));
        _assertAnswer(address(3), 600, input, abi.encodePacked(uint8(1), ripemd));
    }

    function test_precompile_ecrecover() public {
        (address signer, uint256 key) = makeAddrAndKey("signer");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, bytes32(uint256(5)));
        bytes memory input = abi.encode(uint256(5), v, r, s);
        _assertAnswer(address(1), 3000, input, abi.encodePacked(uint8(1), abi.encode(signer)));
        input = abi.encode(uint256(5), 99, r, s);
        _assertAnswer(address(1), 3000, input, hex"01");
    }

    function test_precompile_modexp() public {
        bytes memory input = abi.encodePacked(uint256(1), uint256(1), uint256(2), hex"030500ff");
        _assertAnswer(address(5), 200, input, abi.encodePacked(uint8(1), uint16(243)));
        _assertAnswer(address(5), 200, "", hex"01");
    }

    function test_precompile_bn254() public {
        bytes memory input = abi.encode(1, 2, 1, 2);
        (, bytes memory sum) = address(6).staticcall(input);
        assertEq(sum.length, 64);
        _assertAnswer(address(6), 150, input, abi.encodePacked(uint8(1), sum));
        _assertAnswer(address(6), 150, abi.encode(1, 3, 1, 2), hex"00");
        _assertAnswer(address(8), 45_000, "", abi.encodePacked(uint8(1), uint256(1)));
        _assertAnswer(address(8), 45_000, hex"00", hex"00");
    }

    function test_precompile_bls12() public {
        _assertAnswer(address(0x0f), 37_700, "", hex"00");
        _assertAnswer(
            address(0x0b), 375, new bytes(256), abi.encodePacked(uint8(1), new bytes(128))
        );
        _assertAnswer(
            address(0x0d), 600, new bytes(512), abi.encodePacked(uint8(1), new bytes(256))
        );
    }

    /// @dev A caller that starves the precompile gets nothing stored.
    function testFuzz_precompile_starved(
        uint256 gas_
    ) public {
        bytes memory input = abi.encode(1, 3, 3);
        uint64 required = 6000;
        gas_ = bound(gas_, 20_000, 1_000_000);
        (bool done,) = address(oracle).call{ gas: gas_ }(
            abi.encodeCall(
                oracle.loadPrecompilePreimagePart, (uint256(0), address(7), required, input)
            )
        );
        if (!done) {
            assertFalse(oracle.preimagePartOk(_key(address(7), required, input), 0));
        } else {
            (bytes32 part,) = oracle.readPreimage(_key(address(7), required, input), 0);
            // Eight bytes of length, and the status: the point is on no curve.
            assertEq(part, bytes32(uint256(1) << 192));
            assertGt(gas_, 2 * required + 50_000);
        }
    }

    /// @dev The same for one that would succeed: a failure for want of gas is never stored.
    function testFuzz_precompile_starvedPairing(
        uint256 gas_
    ) public {
        bytes memory input = abi.encode(1, 2, 2);
        gas_ = bound(gas_, 10_000, 400_000);
        (bool done,) = address(oracle).call{ gas: gas_ }(
            abi.encodeCall(
                oracle.loadPrecompilePreimagePart, (uint256(0), address(7), uint64(6000), input)
            )
        );
        if (!done) return;
        (bytes32 part,) = oracle.readPreimage(_key(address(7), 6000, input), 0);
        assertEq(part >> 184, bytes32(uint256(65) << 8 | 1));
    }

    function test_precompile_cannotFail() public {
        vm.mockCallRevert(address(5), bytes(""), "");
        vm.expectRevert(
            abi.encodeWithSelector(IPreimageOracle.PrecompileFailed.selector, address(5))
        );
        oracle.loadPrecompilePreimagePart(0, address(5), 200, "");
    }

    function test_precompile_p256() public {
        // A signature that the self-test knows, here as input.
        bytes memory good = abi.encodePacked(
            uint256(1),
            uint256(0x7cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978),
            uint256(0xbe793d8bc681a7bfc5291c01825a8d61beb832480f84dcdd4ce289dfa1e4df65),
            uint256(0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296),
            uint256(0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
        );
        bytes memory bad = abi.encodePacked(good, hex"00");
        // No precompile on this chain: neither answer may be stored.
        for (uint256 i; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPreimageOracle.PrecompileMissing.selector, address(0x100))
            );
            oracle.loadPrecompilePreimagePart(0, address(0x100), 3450, i == 0 ? good : bad);
        }
        // With one, that answers only the good signature.
        vm.mockCall(address(0x100), bad, bytes(""));
        vm.mockCall(address(0x100), good, abi.encode(1));
        // A mock matches prefixes; the longer input is matched first.
        _assertAnswer(address(0x100), 3450, good, abi.encodePacked(uint8(1), uint256(1)));
        _assertAnswer(address(0x100), 3450, bad, hex"01");
    }

    function testFuzz_precompile_unsupported(
        address at
    ) public {
        vm.assume(uint160(at) > 0x11 && uint160(at) != 0x100);
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.UnsupportedPrecompile.selector, at));
        oracle.loadPrecompilePreimagePart(0, at, 0, "");
    }

    function test_precompile_identityIsNotAsked() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPreimageOracle.UnsupportedPrecompile.selector, address(4))
        );
        oracle.loadPrecompilePreimagePart(0, address(4), 15, "");
    }

    // --- blobs ---

    bytes internal constant INFINITY =
        hex"c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    function testFuzz_blob_ofZeroes(
        uint256 z,
        uint256 offset
    ) public {
        z = bound(z, 0, 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000000);
        offset = bound(offset, 0, 40);
        // The polynomial that is zero everywhere: commitment and proof are the point at infinity.
        oracle.loadBlobPreimagePart(z, 0, INFINITY, INFINITY, offset);
        bytes32 key = _typed(5, keccak256(abi.encodePacked(INFINITY, z)));
        _assertPart(key, abi.encode(0), offset);
    }

    function test_blob_wrongValue() public {
        vm.expectRevert(IPreimageOracle.InvalidProof.selector);
        oracle.loadBlobPreimagePart(1, 1, INFINITY, INFINITY, 0);
    }

    function test_blob_noPrecompile() public {
        vm.mockCall(address(0x0a), bytes(""), bytes(""));
        vm.expectRevert(IPreimageOracle.InvalidProof.selector);
        oracle.loadBlobPreimagePart(1, 0, INFINITY, INFINITY, 0);
    }

    function test_blob_lengths() public {
        vm.expectRevert(abi.encodeWithSelector(IPreimageOracle.InvalidBlobInput.selector, 47, 48));
        oracle.loadBlobPreimagePart(1, 0, new bytes(47), INFINITY, 0);
    }

    // --- gas ---

    function test_gas_parts() public {
        vm.snapshotValue("PreimageOracle", "deployed bytes", address(oracle).code.length);
        bytes memory node = _random(3, 532);
        oracle.loadKeccak256PreimagePart(8, node);
        vm.snapshotGasLastCall("PreimageOracle", "loadKeccak256PreimagePart: 532 bytes");
        bytes memory code = _random(4, 24_576);
        oracle.loadKeccak256PreimagePart(8, code);
        vm.snapshotGasLastCall("PreimageOracle", "loadKeccak256PreimagePart: 24576 bytes");
        oracle.loadBlobPreimagePart(5, 0, INFINITY, INFINITY, 0);
        vm.snapshotGasLastCall("PreimageOracle", "loadBlobPreimagePart");
        oracle.loadPrecompilePreimagePart(0, address(8), 45_000, "");
        vm.snapshotGasLastCall("PreimageOracle", "loadPrecompilePreimagePart: pairing of nothing");
        oracle.initLPP(9, 0, 13_601);
        vm.snapshotGasLastCall("PreimageOracle", "initLPP");
        bytes memory piece = new bytes(13_600);
        oracle.absorbLPP(9, 0, piece);
        vm.snapshotGasLastCall("PreimageOracle", "absorbLPP: 100 blocks of 136 bytes");
        oracle.absorbLPP(9, 13_600, hex"00");
        vm.snapshotGasLastCall("PreimageOracle", "absorbLPP: the last byte");
    }
}

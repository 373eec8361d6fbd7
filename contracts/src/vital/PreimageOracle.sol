// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import { IPreimageOracle } from "./interfaces/IPreimageOracle.sol";
import { Keccak1600 } from "./libraries/Keccak1600.sol";
import { Precompiles } from "./libraries/Precompiles.sol";
import { PreimageKey } from "./libraries/PreimageKey.sol";

/// @title PreimageOracle
/// @notice See `IPreimageOracle`. Nothing here is optimistic and nobody has a say: each stored part
/// was computed by this contract from what it is the preimage of.
contract PreimageOracle is IPreimageOracle {
    /// @dev Bytes of the length that a preimage is read with.
    uint256 private constant LENGTH_SIZE = 8;
    uint256 private constant KZG_SIZE = 48;
    address private constant POINT_EVALUATION = address(0x0a);

    /// @dev A large preimage, and the sponge's lanes.
    struct Sponge {
        LargePreimage preimage;
        uint256[7] lanes;
    }

    /// @notice Semantic version.
    string public constant version = "2.0.0";

    /// @notice Bytes of a preimage, without its length.
    mapping(bytes32 key => uint256 length) public preimageLengths;
    /// @notice 32 bytes of a preimage from an offset on.
    mapping(bytes32 key => mapping(uint256 offset => bytes32 part)) public preimageParts;
    /// @notice Whether that part was loaded.
    mapping(bytes32 key => mapping(uint256 offset => bool ok)) public preimagePartOk;

    mapping(address claimant => mapping(uint256 uuid => Sponge)) private _sponges;

    /// @inheritdoc IPreimageOracle
    function readPreimage(
        bytes32 key,
        uint256 offset
    ) external view returns (bytes32 data, uint256 length) {
        if (!preimagePartOk[key][offset]) revert PreimageNotFound(key, offset);
        uint256 size = preimageLengths[key] + LENGTH_SIZE;
        data = preimageParts[key][offset];
        length = size - offset < 32 ? size - offset : 32;
    }

    /// @inheritdoc IPreimageOracle
    function challengePeriod() external pure returns (uint256) {
        return 0;
    }

    /// @inheritdoc IPreimageOracle
    function loadLocalData(
        uint256 ident,
        bytes32 localContext,
        bytes32 word,
        uint256 size,
        uint256 partOffset
    ) external returns (bytes32 key) {
        if (size > 32) revert InvalidLocalSize(size);
        key = PreimageKey.localize(PreimageKey.local(ident), msg.sender, localContext);
        bytes memory data = abi.encodePacked(word);
        assembly ("memory-safe") {
            mstore(data, size)
        }
        _store(key, data, partOffset);
    }

    /// @inheritdoc IPreimageOracle
    function loadKeccak256PreimagePart(
        uint256 partOffset,
        bytes calldata preimage
    ) external {
        _store(PreimageKey.keccak(keccak256(preimage)), preimage, partOffset);
    }

    /// @inheritdoc IPreimageOracle
    function loadSha256PreimagePart(
        uint256 partOffset,
        bytes calldata preimage
    ) external {
        _store(PreimageKey.sha(sha256(preimage)), preimage, partOffset);
    }

    /// @inheritdoc IPreimageOracle
    function loadBlobPreimagePart(
        uint256 z,
        uint256 y,
        bytes calldata commitment,
        bytes calldata proof,
        uint256 partOffset
    ) external {
        if (commitment.length != KZG_SIZE || proof.length != KZG_SIZE) {
            revert InvalidBlobInput(commitment.length, proof.length);
        }
        // EIP-4844: version byte, then the commitment's sha256.
        bytes32 versionedHash = bytes32(uint256(1) << 248 | uint248(uint256(sha256(commitment))));
        (bool valid, bytes memory answer) =
            POINT_EVALUATION.staticcall(abi.encodePacked(versionedHash, z, y, commitment, proof));
        // Where there is no precompile the call succeeds, and answers nothing.
        if (!valid || answer.length != 64) revert InvalidProof();
        _store(PreimageKey.blob(commitment, z), abi.encodePacked(y), partOffset);
    }

    /// @inheritdoc IPreimageOracle
    function loadPrecompilePreimagePart(
        uint256 partOffset,
        address precompile,
        uint64 requiredGas,
        bytes calldata input
    ) external {
        bytes memory answer = Precompiles.call(precompile, requiredGas, input);
        _store(PreimageKey.precompile(precompile, requiredGas, input), answer, partOffset);
    }

    /// @inheritdoc IPreimageOracle
    function initLPP(
        uint256 uuid,
        uint32 partOffset,
        uint32 claimedSize
    ) external {
        if (claimedSize == 0) revert EmptyLargePreimage();
        _checkOffset(partOffset, claimedSize);
        LargePreimage storage large = _sponges[msg.sender][uuid].preimage;
        if (large.claimedSize != 0) revert LargePreimageExists(msg.sender, uuid);
        large.partOffset = partOffset;
        large.claimedSize = claimedSize;
        if (partOffset < LENGTH_SIZE) {
            large.part = bytes32(bytes8(uint64(claimedSize))) << (8 * uint256(partOffset));
        }
        emit LargePreimageInitialized(msg.sender, uuid, partOffset, claimedSize);
    }

    /// @inheritdoc IPreimageOracle
    function absorbLPP(
        uint256 uuid,
        uint256 start,
        bytes calldata input
    ) external {
        Sponge storage sponge = _sponges[msg.sender][uuid];
        LargePreimage memory large = sponge.preimage;
        if (large.claimedSize == 0) revert LargePreimageNotFound(msg.sender, uuid);
        if (start != large.bytesAbsorbed) revert WrongStart(large.bytesAbsorbed, start);
        uint256 end = start + input.length;
        if (end > large.claimedSize) revert TooManyBytes(large.claimedSize, end);
        bool last = end == large.claimedSize;
        uint256 rest = input.length % Keccak1600.RATE;
        if (!last && (rest != 0 || input.length == 0)) revert NotWholeBlocks(input.length);

        uint256[25] memory state = Keccak1600.unpack(sponge.lanes);
        Keccak1600.absorb(state, input);
        large.part |= _partOf(large.partOffset, start + LENGTH_SIZE, input);
        if (last) {
            Keccak1600.absorbLast(state, input[input.length - rest:]);
            delete _sponges[msg.sender][uuid];
            emit LargePreimageAbsorbed(msg.sender, uuid, uint32(end));
            _storePart(
                PreimageKey.keccak(Keccak1600.digest(state)),
                large.claimedSize,
                large.partOffset,
                large.part
            );
        } else {
            sponge.lanes = Keccak1600.pack(state);
            large.bytesAbsorbed = uint32(end);
            sponge.preimage = large;
            emit LargePreimageAbsorbed(msg.sender, uuid, uint32(end));
        }
    }

    /// @inheritdoc IPreimageOracle
    function largePreimage(
        address claimant,
        uint256 uuid
    ) external view returns (LargePreimage memory) {
        return _sponges[claimant][uuid].preimage;
    }

    /// @dev What `input`, which stands at `position`, holds of the 32 bytes from `partOffset` on.
    function _partOf(
        uint256 partOffset,
        uint256 position,
        bytes calldata input
    ) private pure returns (bytes32 part) {
        uint256 from = position > partOffset ? position : partOffset;
        uint256 to = position + input.length;
        if (to > partOffset + 32) to = partOffset + 32;
        if (from >= to) return 0;
        // A slice of less than 32 bytes is zero on the right.
        part = bytes32(input[from - position:to - position]) >> (8 * (from - partOffset));
    }

    function _store(
        bytes32 key,
        bytes memory data,
        uint256 partOffset
    ) private {
        _checkOffset(partOffset, data.length);
        bytes memory whole = abi.encodePacked(uint64(data.length), data, bytes32(0));
        bytes32 part;
        assembly ("memory-safe") {
            part := mload(add(add(whole, 0x20), partOffset))
        }
        _storePart(key, data.length, partOffset, part);
    }

    function _storePart(
        bytes32 key,
        uint256 size,
        uint256 partOffset,
        bytes32 part
    ) private {
        preimagePartOk[key][partOffset] = true;
        preimageParts[key][partOffset] = part;
        preimageLengths[key] = size;
        emit PreimagePartLoaded(key, partOffset);
    }

    function _checkOffset(
        uint256 partOffset,
        uint256 size
    ) private pure {
        if (partOffset > size + LENGTH_SIZE) revert PartOffsetOOB(partOffset, size + LENGTH_SIZE);
    }
}

// SPDX-License-Identifier: MIT
// Written by scripts/bn254-vectors.ts.
pragma solidity ^0.8.24;

import { G1Point, G2Point } from "../../src/restaking/libraries/BN254.sol";

/// @notice Vectors computed with another implementation of curve and hash.
library Bn254Vectors {
    string internal constant PURPOSE = "test vectors";
    uint256 internal constant CHAIN_ID = 31337;
    address internal constant CONTRACT =
        address(uint160(0x00000000000000000000000000000000000000000000000000000000a17a17a1));
    bytes32 internal constant DOMAIN =
        0x3947a4b98ecf125956e3eaf47a8fed4f8f68083607f34c7aae06d30598c83398;
    uint256 internal constant SECRET =
        0x1f2e3d4c5b6a79881726354453627180123456789abcdef00fedcba987654321;

    /// @dev Hash of "message i"; digests tried: 1, 2, 6, 1, 4, 1, 1, 2, 2, 2, 6, 2, 3, 9, 1, 4.
    function hashes() internal pure returns (G1Point[] memory points) {
        points = new G1Point[](16);
        points[0] = G1Point(
            0x12e26d5cfb22735ccc41e2af16b339a86cc7a08b60d1a03250fffcbad1104000,
            0x1a920a9830cc588e72f9edcde6c664da66a8a78f2d252be7cbd67b7a7dc6a501
        );
        points[1] = G1Point(
            0x2ca13ce52144ae34fe35a4a6176014afe671dd1f55ab9fde9bd2a6461c1fbedc,
            0x181d9956aff883f606ab15933fcacc099513c8b6854007f4c921902dc40d538b
        );
        points[2] = G1Point(
            0x1d7f881d32ad35b4099528db3b2763860a0ad7f6b153085c92e46fea08eb3e87,
            0x139836aec8a6da4ff9d0bbf43bace65b5eff23af60ffac96b3ecdb3fb9fd620d
        );
        points[3] = G1Point(
            0x240022b0ea55217708725163965b4d79cae534c9a9f68f38775c265f97345031,
            0x11caa514e104a0b9225f0ea81cd9e5fc67b3265dd5d9fc60280278ec220665dc
        );
        points[4] = G1Point(
            0x1eaae011d86e3b9a0bc84478128d1680ff91ff393a77dcbd046054dc724c9b20,
            0x2aea7fe9b8b2238630f2d6a862fe80df4da31ff500749c68fcf2034880622c99
        );
        points[5] = G1Point(
            0x2a8ef02c9a51375d8849e4b282c117d9495d6eed665f22428eed51402dac0e0d,
            0x2b3099411547425b3651a9a51aa0991b7a7acb35f57df9f773e730b94c9d79bd
        );
        points[6] = G1Point(
            0x244c054621a028e23fb470b67d470aaec0b386f0760a83ecd440ec1b83ba8fbf,
            0x2762eb094cc8733808b74a11c0aa61da4fa43358b21681ce15e2d49698c9611f
        );
        points[7] = G1Point(
            0x17bd419bb33b75d7ee8217d4eeece30095bb677e5367b1b1240cf12d3abdd2a7,
            0x2794337cfb08df89bd5a0da232104a1e53414b03e084d6a6855e76bba420cf2d
        );
        points[8] = G1Point(
            0x04217ed8f21ff8cbac0e8eb34f3aad44d586d311f0db6d928575ad2c4da3608e,
            0x1fcdb8819b28f77e3c51569801a830d7f6347c4fd32b8ae97716ca2d7c1d10e3
        );
        points[9] = G1Point(
            0x248c7a12877d43a4c04fd69dd408f87df97b1e1ed7dd7341c0c7f5039fa88391,
            0x2e2fe2365da72068fe4b6a5e7942f87b13c36ae298152a1442f75abcc8e322ac
        );
        points[10] = G1Point(
            0x15d7ce7c963b7f8a1c81be7a32c51a3ff1363a128688956a2b3dcaec78c7f8cc,
            0x03f048d20671ed6c91f4683860389bf2a70527bfe12c5815d11f9f94e2e445f3
        );
        points[11] = G1Point(
            0x2dbe2513a9c3a3be6a155f214964f96f69a50c7b5fb015a9bbd09e63cd4b84ed,
            0x27479497c38a18e1b9bafe85c1ce0b393ebcbda0493987823ae0f6feb49da2dd
        );
        points[12] = G1Point(
            0x1d9b5dc76d7e8a9e6351e352729d9f05628f8fdd6e27c65abd861eba41a76199,
            0x1ae6b6f233be4f4bde3e67abb2abe641d327da03dd9e93b3e346c0f85cd03eb2
        );
        points[13] = G1Point(
            0x1429293470cbaaf67480ba3b5710608f03e572011f773465045e713cdd0fe800,
            0x1a6ed4f8b005e004b2eb32a11d9e9495aa67fd0c17aa842f46642aaf2b2cbb6b
        );
        points[14] = G1Point(
            0x01e9126c610a3889f98720e60b197b46a7a65ffbae143d4ab54d9fe5e2f4207b,
            0x0e151c91c90d43990a1880f6453dcc8d9baeb4924402c27dce9b66fbc416f9af
        );
        points[15] = G1Point(
            0x19b61bd6ded1691a0c26fd677dc2c3a877c9477a89f6f2facf2575720cd1fbbe,
            0x0bb9ecd28c6e73431ee73031c9ea4838e5e0b7932a8b99e1935d257c18d96ef1
        );
    }

    function keyG1() internal pure returns (G1Point memory) {
        return G1Point(
            0x126abe5774fa0772c1d2267d75fea5f7b3c1ae687af9dbff1c4b3ad132fe9432,
            0x12ff756afb5b872c52b31f692267f27d871167eb25c48e68d16642453790b202
        );
    }

    function keyG2() internal pure returns (G2Point memory) {
        return G2Point(
            0x10a54d9cd7af3e7a2f787d11a7cb5cb7d5f26e48b372152a337502746b59dcf5,
            0x14f5f77bfb563b0e12c7464bd6b0f24bf98eae77f00a1726be9896d4be495a2e,
            0x11f29472c75414b6cf99703f190169d52e00af2a413f9b5278bf113f5beeab50,
            0x0cbbf02841a4af8541491b0b4cccf52e905f85aa81e699f150d290a705c6f5b5
        );
    }

    /// @dev Signature of the first hash.
    function signature() internal pure returns (G1Point memory) {
        return G1Point(
            0x2fdf1c644add6a988b45dcc3ad30d8486560d3de403afd3c9a52c479fff0f981,
            0x0401f82523a3e3405dd573d832e0a5aca41928cca7920b3b08960c9c34ed211b
        );
    }
}

package store

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// An alone packs what leans on nothing. It may be used from many goroutines.
var alone = packer()

func packer(options ...zstd.EOption) *zstd.Encoder {
	e, err := zstd.NewWriter(nil, append(options, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1))...)
	if err != nil {
		panic(err) // only a wrong option is an error
	}
	return e
}

// pack compresses.
func pack(body []byte) []byte { return alone.EncodeAll(body, nil) }

// packOn compresses a body to what differs from another one.
func packOn(base, body []byte) []byte {
	window := zstd.MinWindowSize
	for window < len(base)+len(body) && window < zstd.MaxWindowSize {
		window *= 2
	}
	e := packer(zstd.WithEncoderDictRaw(1, base), zstd.WithWindowSize(window))
	return e.EncodeAll(body, nil)
}

// unpack is the other way round. What an earlier version kept is gzip.
func unpack(packed []byte) ([]byte, error) {
	if bytes.HasPrefix(packed, []byte{0x1f, 0x8b}) {
		return gunzip(packed)
	}
	return unpackWith(packed)
}

func unpackOn(base, packed []byte) ([]byte, error) {
	return unpackWith(packed, zstd.WithDecoderDictRaw(1, base))
}

func unpackWith(packed []byte, options ...zstd.DOption) ([]byte, error) {
	d, err := zstd.NewReader(nil, append(options, zstd.WithDecoderConcurrency(1))...)
	if err != nil {
		return nil, fmt.Errorf("unpack what was kept: %w", err)
	}
	defer d.Close()
	body, err := d.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack what was kept: %w", err)
	}
	return body, nil
}

func gunzip(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack what was kept: %w", err)
	}
	body, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack what was kept: %w", err)
	}
	return body, nil
}
